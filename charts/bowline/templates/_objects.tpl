{{- /* The objects that a member can miss without noticing it, for `bowline check`. */ -}}

{{- /* Names of Services, as YAML. Argument: the root. */ -}}
{{- define "bowline.serviceNames" -}}
{{- $name := include "bowline.baseName" . -}}
{{- if or (eq .Values.mode "cluster") (include "bowline.roleLabel" .) }}
- {{ include "bowline.clientServiceName" . | quote }}
{{- end }}
- {{ $name }}-headless
{{- if eq .Values.mode "sentinel" }}
- {{ include "bowline.componentName" (dict "root" . "component" "sentinel") }}
{{- if include "bowline.roleLabel" . }}
- {{ $name }}-replicas
{{- end }}
{{- end }}
{{- range include "bowline.statefulSets" . | fromYamlArray }}
- {{ . }}-headless
{{- end }}
{{- include "bowline.memberPods" . }}
{{- end -}}

{{- /* Names of PodDisruptionBudgets, as YAML. Argument: the root. */ -}}
{{- define "bowline.budgetNames" -}}
{{- if and .Values.pdb.enabled (ne .Values.mode "standalone") }}{{ include "bowline.statefulSets" . }}{{ end -}}
{{- if eq (include "bowline.lastCopy" .) "label" }}
- {{ include "bowline.baseName" . }}-last-copy
{{- end }}
{{- end -}}

{{- /* Names of ConfigMaps, as YAML. Argument: the root. */ -}}
{{- define "bowline.configMapNames" -}}
- {{ include "bowline.baseName" . }}-config
{{- with include "bowline.recordName" . }}
- {{ . }}
{{- end }}
{{- end -}}

{{- /* One "KIND NAME" a line. Argument: the root. */ -}}
{{- define "bowline.objectList" -}}
{{- range include "bowline.serviceNames" . | fromYamlArray }}
Service {{ . }}
{{- end }}
{{- range include "bowline.budgetNames" . | fromYamlArray }}
PodDisruptionBudget {{ . }}
{{- end }}
{{- range include "bowline.configMapNames" . | fromYamlArray }}
ConfigMap {{ . }}
{{- end }}
{{- end -}}
