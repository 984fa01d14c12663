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

{{- /* Pod and Service of a member. Argument: dict root, shard, ordinal. */ -}}
{{- define "redis.memberName" -}}
{{- printf "%s-%d" (include "redis.shardName" .) (int .ordinal) -}}
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
