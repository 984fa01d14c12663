{{- /* Names of objects. Everything is derived from the values; nothing is truncated, too long is refused in _validate.tpl. */ -}}

{{- /* Argument: the root. */ -}}
{{- define "redis.name" -}}
{{- .Values.nameOverride | default .Chart.Name -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "redis.fullname" -}}
{{- .Values.fullnameOverride | default .Release.Name -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "redis.namespace" -}}
{{- .Release.Namespace -}}
{{- end -}}

{{- /* StatefulSet and disruption budget of a shard. Argument: dict root, shard. */ -}}
{{- define "redis.shardName" -}}
{{- printf "%s-shard-%d" (include "redis.fullname" .root) (int .shard) -}}
{{- end -}}

{{- /* All servers or all sentinels in mode sentinel: StatefulSet, disruption budget. Argument: dict root, component. */ -}}
{{- define "redis.componentName" -}}
{{- printf "%s-%s" (include "redis.fullname" .root) .component -}}
{{- end -}}

{{- /* The Service that `service.*` is about: of all servers, in mode sentinel of the primary. Argument: the root. */ -}}
{{- define "redis.clientServiceName" -}}
{{- include "redis.fullname" . }}{{ if eq .Values.mode "sentinel" }}-primary{{ end -}}
{{- end -}}

{{- /* Names of all servers' pods, as YAML. Argument: the root. */ -}}
{{- define "redis.serverPods" -}}
{{- if eq .Values.mode "cluster" -}}
{{- range $shard := until (int .Values.cluster.shards) }}
{{- range $ordinal := until (int (add1 $.Values.cluster.replicasPerShard)) }}
- {{ include "redis.shardName" (dict "root" $ "shard" $shard) }}-{{ $ordinal }}
{{- end }}
{{- end }}
{{- else -}}
{{- range $ordinal := until (int .Values.replicas) }}
- {{ include "redis.componentName" (dict "root" $ "component" "server") }}-{{ $ordinal }}
{{- end }}
{{- end -}}
{{- end -}}

{{- /* Names of all members' pods, as YAML. Argument: the root. */ -}}
{{- define "redis.memberPods" -}}
{{- include "redis.serverPods" . -}}
{{- if eq .Values.mode "sentinel" }}
{{- range $ordinal := until (int .Values.sentinel.replicas) }}
- {{ include "redis.componentName" (dict "root" $ "component" "sentinel") }}-{{ $ordinal }}
{{- end }}
{{- end -}}
{{- end -}}

{{- /* "true" when servers label their own pods with their role. Argument: the root. */ -}}
{{- define "redis.roleLabel" -}}
{{- if and .Values.roleLabel.enabled .Values.rbac.create }}true{{ end -}}
{{- end -}}

{{- /*
How evictions of a last copy are refused: "label": servers label their own pods; "budget": no rights, so by the shard's budget alone;
nothing: they are not, or a shard has one member. Argument: the root.
*/ -}}
{{- define "redis.lastCopy" -}}
{{- $members := eq .Values.mode "cluster" | ternary (add1 .Values.cluster.replicasPerShard) .Values.replicas -}}
{{- if and .Values.pdb.enabled .Values.pdb.protectLastCopy (gt (int $members) 1) -}}
{{- .Values.rbac.create | ternary "label" "budget" -}}
{{- end -}}
{{- end -}}

{{- /* ConfigMap of the installation record, empty when the members have no rights to use it. Argument: the root. */ -}}
{{- define "redis.recordName" -}}
{{- if .Values.rbac.create }}{{ include "redis.fullname" . }}-record{{ end -}}
{{- end -}}

{{- /* Secret with the passwords. Argument: the root. */ -}}
{{- define "redis.secretName" -}}
{{- .Values.auth.existingSecret | default (printf "%s-auth" (include "redis.fullname" .)) -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "redis.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "redis.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{- /* "true" when the passwords are made in the cluster by the Job. Argument: the root. */ -}}
{{- define "redis.authJob" -}}
{{- with .Values.auth }}{{ if and .enabled (not .password) (not .existingSecret) }}true{{ end }}{{ end -}}
{{- end -}}

{{- /* Name of the Job and of its account, role and binding. Argument: the root. */ -}}
{{- define "redis.authJobName" -}}
{{- include "redis.fullname" . }}-auth-create
{{- end -}}

{{- /* Names of all members' StatefulSets, as YAML. Argument: the root. */ -}}
{{- define "redis.statefulSets" -}}
{{- if eq .Values.mode "cluster" -}}
{{- range $shard := until (int .Values.cluster.shards) }}
- {{ include "redis.shardName" (dict "root" $ "shard" $shard) }}
{{- end }}
{{- else -}}
{{- range $component := list "server" "sentinel" }}
- {{ include "redis.componentName" (dict "root" $ "component" $component) }}
{{- end }}
{{- end -}}
{{- end -}}
