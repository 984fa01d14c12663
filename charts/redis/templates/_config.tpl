{{- /* The two files of the ConfigMap. */ -}}

{{- /* What bowline needs to know; read strictly, so a new key needs a new bowline. Argument: the root. */ -}}
{{- define "redis.bowlineJson" -}}
{{- $v := .Values -}}
{{- toPrettyJson (dict
  "version" 1
  "release" .Release.Name
  "namespace" (include "redis.namespace" .)
  "fullname" (include "redis.fullname" .)
  "mode" $v.mode
  "engine" $v.engine
  "clusterDomain" $v.clusterDomain
  "ports" (dict "client" (int $v.ports.client) "bus" (int $v.ports.bus) "http" (int $v.ports.http))
  "cluster" (dict
    "shards" (int $v.cluster.shards)
    "replicasPerShard" (int $v.cluster.replicasPerShard)
    "nodeTimeoutMilliseconds" (int $v.cluster.nodeTimeoutMilliseconds))
  "auth" (dict "enabled" (eq true $v.auth.enabled) "directory" "/etc/bowline-secret")
  "persistence" (dict "enabled" (eq true $v.persistence.enabled))
  "record" (include "redis.recordName" .)
  "events" (and (eq true $v.events.enabled) (eq true $v.rbac.create))
  "terminationGracePeriodSeconds" (int $v.terminationGracePeriodSeconds)
  "log" (dict "format" $v.log.format "level" $v.log.level)) -}}
{{- end -}}

{{- /* One value as redis.conf wants it. Helm hands large whole numbers over as floating point. Argument: the value. */ -}}
{{- define "redis.directiveValue" -}}
{{- if kindIs "bool" . -}}
{{- ternary "yes" "no" . -}}
{{- else if kindIs "float64" . -}}
{{- if eq . (floor .) }}{{ printf "%.0f" . }}{{ else }}{{ . }}{{ end -}}
{{- else if eq (toString .) "" -}}
""
{{- else -}}
{{- toString . -}}
{{- end -}}
{{- end -}}

{{- /* Directives that follow from persistence; `config` wins over them. As YAML. Argument: the root. */ -}}
{{- define "redis.persistenceDirectives" -}}
{{- if .Values.persistence.enabled }}
appendonly: "yes"
appendfsync: everysec
{{- else }}
appendonly: "no"
{{- end }}
save: ""
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "redis.engineConf" -}}
{{- /* Not "merge": it takes false and "" for absent. */ -}}
{{- $directives := include "redis.persistenceDirectives" . | fromYaml -}}
{{- range $name, $value := .Values.config }}{{ $directives = set $directives $name $value }}{{ end -}}
{{- range $name, $value := $directives }}
{{- range kindIs "slice" $value | ternary $value (list $value) }}
{{ $name }} {{ include "redis.directiveValue" . }}
{{- end }}
{{- end }}
{{- end -}}
