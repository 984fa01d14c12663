{{- /* The file bowline.json of the ConfigMap. */ -}}

{{- /* The file, with the revision of the whole ConfigMap. Argument: the root. */ -}}
{{- define "bowline.bowlineJson" -}}
{{- set (include "bowline.bowlineSettings" . | fromJson) "revision" (include "bowline.revision" .) | toPrettyJson -}}
{{- end -}}

{{- /* What bowline needs to know; read strictly, so a new key needs a new bowline. Argument: the root. */ -}}
{{- define "bowline.bowlineSettings" -}}
{{- $v := .Values -}}
{{- $ports := dict "client" (include "bowline.membersPort" (dict "root" . "component" "server") | int) "http" (int $v.ports.http) "peers" (int $v.ports.peers) -}}
{{- $topology := dict -}}
{{- if eq $v.mode "cluster" -}}
{{- $ports = set $ports "bus" (int $v.ports.bus) -}}
{{- $topology = dict
      "shards" (int $v.cluster.shards)
      "replicasPerShard" (int $v.cluster.replicasPerShard)
      "nodeTimeoutMilliseconds" (int $v.cluster.nodeTimeoutMilliseconds) -}}
{{- else if eq $v.mode "sentinel" -}}
{{- $ports = set $ports "sentinel" (include "bowline.membersPort" (dict "root" . "component" "sentinel") | int) -}}
{{- $topology = set (include "bowline.sentinelJson" . | fromJson) "recoverFrom" ($v.sentinel.recoverFrom | default "") -}}
{{- end -}}
{{- $json := dict
  "version" 1
  "release" .Release.Name
  "namespace" (include "bowline.namespace" .)
  "fullname" (include "bowline.baseName" .)
  "mode" $v.mode
  "engine" $v.engine
  "clusterDomain" $v.clusterDomain
  "ports" $ports
  "auth" (include "bowline.authJson" . | fromJson)
  "persistence" (dict "enabled" (eq true $v.persistence.enabled))
  "record" (include "bowline.recordName" .)
  "events" (and (eq true $v.events.enabled) (eq true $v.rbac.create))
  "fencing" (eq true $v.fencing.enabled)
  "failover" (dict "staleAfterSeconds" (int $v.failover.staleAfterSeconds))
  "maxReplicaLagSeconds" (int $v.maxReplicaLagSeconds)
  "maxUnreplicatedSeconds" (int $v.maxUnreplicatedSeconds)
  "maxMemoryPercent" (int $v.maxMemoryPercent)
  "engineStuckSeconds" (int $v.engineStuckSeconds)
  "startWithout" ($v.startWithout | default list)
  "readinessTimeoutSeconds" (int $v.probes.readiness.timeoutSeconds)
  "roleLabel" (eq "true" (include "bowline.roleLabel" .))
  "protectLastCopy" (eq "label" (include "bowline.lastCopy" .))
  "terminationGracePeriodSeconds" (int $v.terminationGracePeriodSeconds)
  "log" (dict "format" $v.log.format "level" $v.log.level) -}}
{{- if ne (include "bowline.namespace" .) .Release.Namespace }}{{ $json = set $json "releaseNamespace" .Release.Namespace }}{{ end -}}
{{- with include "bowline.tlsJson" . }}{{ $json = set $json "tls" (fromJson .) }}{{ end -}}
{{- if ne $v.mode "standalone" }}{{ $json = set $json $v.mode $topology }}{{ end -}}
{{- toJson $json -}}
{{- end -}}

{{- /* How members find their passwords. Argument: the root. */ -}}
{{- define "bowline.authJson" -}}
{{- $auth := .Values.auth -}}
{{- $json := dict "enabled" (eq true $auth.enabled) "directory" "/etc/bowline-secret"
      "defaultUser" (eq true $auth.defaultUser.enabled)
      "users" (include "bowline.usersPaths" . | fromJson)
      "rotation" (dict "keepOldForSeconds" (int $auth.rotation.keepOldForSeconds)) -}}
{{- if eq true $auth.keepForeignUsers }}{{ $json = set $json "keepForeignUsers" true }}{{ end -}}
{{- with include "bowline.secretRevision" . }}{{ $json = set $json "revision" . }}{{ end -}}
{{- toJson $json -}}
{{- end -}}

{{- /*
Which passwords the chart has put into the Secret; empty: it has put none. By scrypt, so that nobody finds a password by trying many
against this text, which everybody may read who reads the ConfigMap. Argument: the root.
*/ -}}
{{- define "bowline.secretRevision" -}}
{{- $auth := .Values.auth -}}
{{- if and $auth.enabled $auth.password (not $auth.existingSecret) -}}
{{- derivePassword 1 "maximum" (toString $auth.password) (toString $auth.replicationPassword) (include "bowline.baseName" .)
      | sha256sum | trunc 12 -}}
{{- end -}}
{{- end -}}

{{- /* What the sentinels must know of their set, but for the one value that servers alone read. Argument: the root. */ -}}
{{- define "bowline.sentinelJson" -}}
{{- $s := .Values.sentinel -}}
{{- toJson (dict
  "servers" (int .Values.replicas)
  "sentinels" (int $s.replicas)
  "quorum" (int $s.quorum | default (include "bowline.sentinelMajority" . | int))
  "masterName" $s.masterName
  "downAfterMilliseconds" (int $s.downAfterMilliseconds)
  "failoverTimeoutMilliseconds" (int $s.failoverTimeoutMilliseconds)
  "parallelSyncs" (int $s.parallelSyncs)
  "auth" (and (eq true .Values.auth.enabled) (eq true $s.auth))) -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.sentinelMajority" -}}
{{- add1 (div (int .Values.sentinel.replicas) 2) -}}
{{- end -}}
