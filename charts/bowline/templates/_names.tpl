{{- /*
Names of objects. Everything is derived from the values; nothing is truncated, too long is refused in _validate.tpl. Helm has one
set of helpers for a chart with all its subcharts, so ours begin with "bowline." and avoid the six names of `helm create`.
*/ -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.appName" -}}
{{- .Values.nameOverride | default .Chart.Name -}}
{{- end -}}

{{- /*
What all names begin with, by the rule of `helm create`: the release's name alone when the chart's name is in it, else both, so that
two of these charts in one release do not collide. Argument: the root.
*/ -}}
{{- define "bowline.baseName" -}}
{{- $name := include "bowline.appName" . -}}
{{- .Values.fullnameOverride | default (contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name)) -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace -}}
{{- end -}}

{{- /* StatefulSet and disruption budget of a shard. Argument: dict root, shard. */ -}}
{{- define "bowline.shardName" -}}
{{- printf "%s-shard-%d" (include "bowline.baseName" .root) (int .shard) -}}
{{- end -}}

{{- /* All servers or all sentinels, without shards: StatefulSet, disruption budget. Argument: dict root, component. */ -}}
{{- define "bowline.componentName" -}}
{{- printf "%s-%s" (include "bowline.baseName" .root) .component -}}
{{- end -}}

{{- /* The kinds of members, as YAML. Argument: the root. */ -}}
{{- define "bowline.components" -}}
{{- eq .Values.mode "sentinel" | ternary (list "server" "sentinel") (list "server") | toJson -}}
{{- end -}}

{{- /* How many servers there are without shards. Argument: the root. */ -}}
{{- define "bowline.servers" -}}
{{- eq .Values.mode "standalone" | ternary 1 .Values.replicas | int64 -}}
{{- end -}}

{{- /* The Service that `service.*` is about: of all members, without shards of the primary. Argument: the root. */ -}}
{{- define "bowline.clientServiceName" -}}
{{- include "bowline.baseName" . }}{{ if ne .Values.mode "cluster" }}-primary{{ end -}}
{{- end -}}

{{- /* Names of all servers' pods, as YAML. Argument: the root. */ -}}
{{- define "bowline.serverPods" -}}
{{- if eq .Values.mode "cluster" -}}
{{- range $shard := until (int .Values.cluster.shards) }}
{{- range $ordinal := until (int (add1 $.Values.cluster.replicasPerShard)) }}
- {{ include "bowline.shardName" (dict "root" $ "shard" $shard) }}-{{ $ordinal }}
{{- end }}
{{- end }}
{{- else -}}
{{- range $ordinal := until (include "bowline.servers" . | int) }}
- {{ include "bowline.componentName" (dict "root" $ "component" "server") }}-{{ $ordinal }}
{{- end }}
{{- end -}}
{{- end -}}

{{- /* Names of all members' pods, as YAML. Argument: the root. */ -}}
{{- define "bowline.memberPods" -}}
{{- include "bowline.serverPods" . -}}
{{- if eq .Values.mode "sentinel" }}
{{- range $ordinal := until (int .Values.sentinel.replicas) }}
- {{ include "bowline.componentName" (dict "root" $ "component" "sentinel") }}-{{ $ordinal }}
{{- end }}
{{- end -}}
{{- end -}}

{{- /* "true" when servers label their own pods with their role. Argument: the root. */ -}}
{{- define "bowline.roleLabel" -}}
{{- if and .Values.roleLabel.enabled .Values.rbac.create }}true{{ end -}}
{{- end -}}

{{- /*
How evictions of a last copy are refused: "label": servers label their own pods; "budget": no rights, so by the shard's budget alone;
nothing: they are not, or a shard has one member. Argument: the root.
*/ -}}
{{- define "bowline.lastCopy" -}}
{{- $members := eq .Values.mode "cluster" | ternary (add1 .Values.cluster.replicasPerShard) (include "bowline.servers" .) -}}
{{- if and .Values.pdb.enabled .Values.pdb.protectLastCopy (gt (int $members) 1) -}}
{{- .Values.rbac.create | ternary "label" "budget" -}}
{{- end -}}
{{- end -}}

{{- /* ConfigMap of the installation record, empty when the members have no rights to use it. Argument: the root. */ -}}
{{- define "bowline.recordName" -}}
{{- if .Values.rbac.create }}{{ include "bowline.baseName" . }}-record{{ end -}}
{{- end -}}

{{- /* Secret with the passwords. Argument: the root. */ -}}
{{- define "bowline.secretName" -}}
{{- .Values.auth.existingSecret | default (printf "%s-auth" (include "bowline.baseName" .)) -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.accountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "bowline.baseName" .) -}}
{{- else }}{{ .Values.serviceAccount.name | default "default" }}{{ end -}}
{{- end -}}

{{- /* Names of all members' StatefulSets, as YAML. Argument: the root. */ -}}
{{- define "bowline.statefulSets" -}}
{{- if eq .Values.mode "cluster" -}}
{{- range $shard := until (int .Values.cluster.shards) }}
- {{ include "bowline.shardName" (dict "root" $ "shard" $shard) }}
{{- end }}
{{- else -}}
{{- range $component := include "bowline.components" . | fromYamlArray }}
- {{ include "bowline.componentName" (dict "root" $ "component" $component) }}
{{- end }}
{{- end -}}
{{- end -}}
