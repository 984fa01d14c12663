{{- /* The objects that a member can miss without noticing it, for `bowline check`. */ -}}

{{- /* Names of Services, as YAML. Argument: the root. */ -}}
{{- define "redis.serviceNames" -}}
{{- $name := include "redis.fullname" . -}}
{{- if or (eq .Values.mode "cluster") (include "redis.roleLabel" .) }}
- {{ include "redis.clientServiceName" . }}
{{- end }}
- {{ $name }}-headless
{{- if eq .Values.mode "sentinel" }}
- {{ include "redis.componentName" (dict "root" . "component" "sentinel") }}
{{- if include "redis.roleLabel" . }}
- {{ $name }}-replicas
{{- end }}
{{- end }}
{{- range include "redis.statefulSets" . | fromYamlArray }}
- {{ . }}-headless
{{- end }}
{{- include "redis.memberPods" . }}
{{- end -}}

{{- /* Names of PodDisruptionBudgets, as YAML. Argument: the root. */ -}}
{{- define "redis.budgetNames" -}}
{{- if .Values.pdb.enabled }}{{ include "redis.statefulSets" . }}{{ end -}}
{{- if eq (include "redis.lastCopy" .) "label" }}
- {{ include "redis.fullname" . }}-last-copy
{{- end }}
{{- end -}}

{{- /* Names of ConfigMaps, as YAML. Argument: the root. */ -}}
{{- define "redis.configMapNames" -}}
- {{ include "redis.fullname" . }}-config
{{- with include "redis.recordName" . }}
- {{ . }}
{{- end }}
{{- end -}}

{{- /* One "KIND NAME" a line. Argument: the root. */ -}}
{{- define "redis.objectList" -}}
{{- range include "redis.serviceNames" . | fromYamlArray }}
Service {{ . }}
{{- end }}
{{- range include "redis.budgetNames" . | fromYamlArray }}
PodDisruptionBudget {{ . }}
{{- end }}
{{- range include "redis.configMapNames" . | fromYamlArray }}
ConfigMap {{ . }}
{{- end }}
{{- end -}}
