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
{{- range kindIs "slice" $value | ternary $value (list $value) }}
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

{{- /* Annotations of the servers' pods: what must restart them when it changes. As YAML. Argument: the root. */ -}}
{{- define "bowline.serverAnnotations" -}}
{{- $written := include "bowline.engineConf" . }}
{{- if eq .Values.mode "cluster" }}
{{- $written = printf "%s\ncluster-node-timeout %d" $written (int .Values.cluster.nodeTimeoutMilliseconds) }}
{{- end }}
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
checksum/members: {{ list (include "bowline.sentinelJson" .) (include "bowline.sentinelConf" .) (int .Values.ports.client)
      (int .Values.ports.sentinel) | toJson | sha256sum }}
{{- end -}}
