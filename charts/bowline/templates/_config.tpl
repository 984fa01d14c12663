{{- /* The directives in the ConfigMap, and what restarts the members when it changes. */ -}}

{{- /* One value as redis.conf wants it. Argument: the value. */ -}}
{{- define "bowline.directiveValue" -}}
{{- if kindIs "bool" . -}}
{{- ternary "yes" "no" . -}}
{{- else if eq (toString .) "" -}}
""
{{- else -}}
{{- include "bowline.text" . -}}
{{- end -}}
{{- end -}}

{{- /* Directives that follow from persistence; `config` wins over them. As YAML. Argument: the root. */ -}}
{{- define "bowline.persistenceDirectives" -}}
{{- if .Values.persistence.enabled }}
appendonly: "yes"
appendfsync: everysec
{{- else }}
appendonly: "no"
rdb-del-sync-files: "yes"
{{- end }}
save: ""
{{- end -}}

{{- /* Directives that fence a primary in mode sentinel; `config` wins over them. As YAML. Argument: the root. */ -}}
{{- define "bowline.fenceDirectives" -}}
{{- $needed := int .Values.sentinel.minReplicasToWrite -}}
{{- if lt $needed 0 }}{{ $needed = ge (int .Values.replicas) 3 | ternary 1 0 }}{{ end -}}
{{- if and (eq .Values.mode "sentinel") (gt $needed 0) -}}
min-replicas-to-write: {{ $needed }}
min-replicas-max-lag: {{ int64 .Values.sentinel.minReplicasMaxLag }}
{{- end -}}
{{- end -}}

{{- /* Directives, one a line; a list gives one several times. Argument: a map. */ -}}
{{- define "bowline.directives" -}}
{{- range $name, $value := . }}
{{- range kindIs "invalid" $value | ternary list (kindIs "slice" $value | ternary $value (list $value)) }}
{{ $name }} {{ include "bowline.directiveValue" . }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.engineConf" -}}
{{- /* Not "merge": it takes false and "" for absent. */ -}}
{{- $directives := include "bowline.persistenceDirectives" . | fromYaml -}}
{{- range $name, $value := include "bowline.fenceDirectives" . | fromYaml }}{{ $directives = set $directives $name $value }}{{ end -}}
{{- range $name, $value := .Values.config }}{{ $directives = set $directives $name $value }}{{ end -}}
{{- include "bowline.directives" $directives -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.sentinelConf" -}}
{{- include "bowline.directives" .Values.sentinel.config | trim -}}
{{- end -}}

{{- /*
What a running engine changes, with the defaults (docs/decisions/0038-live-configuration.md). Measured on the engines by
ci/integration/live_directives.py. Argument: the root.
*/ -}}
{{- define "bowline.liveDirectives" -}}
{{- .Files.Get (printf "files/live-directives.%s" .Values.engine) | trim -}}
{{- end -}}

{{- /* Of the lines of engine.conf those that hold only from an engine's start on. Argument: the root. */ -}}
{{- define "bowline.startDirectives" -}}
{{- $live := dict -}}
{{- range include "bowline.liveDirectives" . | splitList "\n" }}{{ $live = set $live (splitList " " . | first) true }}{{ end -}}
{{- range include "bowline.engineConf" . | splitList "\n" }}
{{- if not (hasKey $live (splitList " " . | first | lower)) }}
{{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Which state of the ConfigMap the members are to work by. Argument: the root. */ -}}
{{- define "bowline.revision" -}}
{{- list (include "bowline.bowlineSettings" .) (include "bowline.engineConf" .) (include "bowline.liveDirectives" .)
      (include "bowline.sentinelConf" .) | toJson | sha256sum | trunc 12 -}}
{{- end -}}

{{- /* Annotations of the servers' pods: what must restart them when it changes. As YAML. Argument: the root. */ -}}
{{- define "bowline.serverAnnotations" -}}
{{- $written := include "bowline.startDirectives" . }}
{{- if eq .Values.mode "cluster" }}
{{- $written = printf "%s\ncluster-node-timeout %d" $written (int .Values.cluster.nodeTimeoutMilliseconds) }}
{{- end }}
{{- with include "bowline.tlsJson" . }}{{ $written = printf "%s\ntls %s" $written . }}{{ end }}
checksum/engine-config: {{ $written | sha256sum }}
{{- if eq .Values.mode "standalone" }}
bowline/mode: standalone
{{- end }}
{{- end -}}

{{- /*
The same for the sentinels: all that is written into their file, so that a change restarts them one by one. That is also how they
forget members that are gone. As YAML. Argument: the root.
*/ -}}
{{- define "bowline.sentinelAnnotations" -}}
{{- $ports := list (include "bowline.membersPort" (dict "root" . "component" "server") | int)
      (include "bowline.membersPort" (dict "root" . "component" "sentinel") | int) -}}
{{- $tls := include "bowline.tlsJson" . -}}
checksum/members: {{ concat (list (include "bowline.sentinelJson" .) (include "bowline.sentinelConf" .)) $ports (empty $tls | ternary list (list $tls))
      | toJson | sha256sum }}
{{- end -}}
