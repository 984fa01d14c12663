{{- /* The files of the ConfigMap. */ -}}

{{- /* What bowline needs to know; read strictly, so a new key needs a new bowline. Argument: the root. */ -}}
{{- define "redis.bowlineJson" -}}
{{- $v := .Values -}}
{{- $ports := dict "client" (int $v.ports.client) "http" (int $v.ports.http) -}}
{{- $topology := dict -}}
{{- if eq $v.mode "cluster" -}}
{{- $ports = set $ports "bus" (int $v.ports.bus) -}}
{{- $topology = dict
      "shards" (int $v.cluster.shards)
      "replicasPerShard" (int $v.cluster.replicasPerShard)
      "nodeTimeoutMilliseconds" (int $v.cluster.nodeTimeoutMilliseconds) -}}
{{- else -}}
{{- $ports = set $ports "sentinel" (int $v.ports.sentinel) -}}
{{- $topology = set (include "redis.sentinelJson" . | fromJson) "recoverFrom" $v.sentinel.recoverFrom -}}
{{- end -}}
{{- toPrettyJson (dict
  "version" 1
  "release" .Release.Name
  "namespace" (include "redis.namespace" .)
  "fullname" (include "redis.fullname" .)
  "mode" $v.mode
  "engine" $v.engine
  "clusterDomain" $v.clusterDomain
  "ports" $ports
  $v.mode $topology
  "auth" (dict "enabled" (eq true $v.auth.enabled) "directory" "/etc/bowline-secret")
  "persistence" (dict "enabled" (eq true $v.persistence.enabled))
  "record" (include "redis.recordName" .)
  "events" (and (eq true $v.events.enabled) (eq true $v.rbac.create))
  "roleLabel" (eq "true" (include "redis.roleLabel" .))
  "terminationGracePeriodSeconds" (int $v.terminationGracePeriodSeconds)
  "log" (dict "format" $v.log.format "level" $v.log.level)) -}}
{{- end -}}

{{- /* What the sentinels must know of their set, but for the one value that servers alone read. Argument: the root. */ -}}
{{- define "redis.sentinelJson" -}}
{{- $s := .Values.sentinel -}}
{{- toJson (dict
  "servers" (int .Values.replicas)
  "sentinels" (int $s.replicas)
  "quorum" (int $s.quorum | default (include "redis.sentinelMajority" . | int))
  "masterName" $s.masterName
  "downAfterMilliseconds" (int $s.downAfterMilliseconds)
  "failoverTimeoutMilliseconds" (int $s.failoverTimeoutMilliseconds)
  "parallelSyncs" (int $s.parallelSyncs)
  "auth" (and (eq true .Values.auth.enabled) (eq true $s.auth))) -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "redis.sentinelMajority" -}}
{{- add1 (div (int .Values.sentinel.replicas) 2) -}}
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

{{- /* Directives that fence a primary in mode sentinel; `config` wins over them. As YAML. Argument: the root. */ -}}
{{- define "redis.fenceDirectives" -}}
{{- $needed := int .Values.sentinel.minReplicasToWrite -}}
{{- if lt $needed 0 }}{{ $needed = ge (int .Values.replicas) 3 | ternary 1 0 }}{{ end -}}
{{- if and (eq .Values.mode "sentinel") (gt $needed 0) -}}
min-replicas-to-write: {{ $needed }}
min-replicas-max-lag: {{ .Values.sentinel.minReplicasMaxLag }}
{{- end -}}
{{- end -}}

{{- /* Directives, one a line; a list gives one several times. Argument: a map. */ -}}
{{- define "redis.directives" -}}
{{- range $name, $value := . }}
{{- range kindIs "slice" $value | ternary $value (list $value) }}
{{ $name }} {{ include "redis.directiveValue" . }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "redis.engineConf" -}}
{{- /* Not "merge": it takes false and "" for absent. */ -}}
{{- $directives := include "redis.persistenceDirectives" . | fromYaml -}}
{{- range $name, $value := include "redis.fenceDirectives" . | fromYaml }}{{ $directives = set $directives $name $value }}{{ end -}}
{{- range $name, $value := .Values.config }}{{ $directives = set $directives $name $value }}{{ end -}}
{{- include "redis.directives" $directives -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "redis.sentinelConf" -}}
{{- include "redis.directives" .Values.sentinel.config | trim -}}
{{- end -}}

{{- /* Annotations of the servers' pods: what must restart them when it changes. As YAML. Argument: the root. */ -}}
{{- define "redis.serverAnnotations" -}}
checksum/engine-config: {{ include "redis.engineConf" . | sha256sum }}
{{- end -}}

{{- /*
The same for the sentinels: all that is written into their file, so that a change restarts them one by one. That is also how they
forget members that are gone. As YAML. Argument: the root.
*/ -}}
{{- define "redis.sentinelAnnotations" -}}
checksum/members: {{ list (include "redis.sentinelJson" .) (include "redis.sentinelConf" .) (int .Values.ports.client)
      (int .Values.ports.sentinel) | toJson | sha256sum }}
{{- end -}}
