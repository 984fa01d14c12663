{{- /* Rules about storage and resources; see _validate.tpl. */ -}}

{{- define "bowline.validate.storage" -}}
{{- with .Values.persistence }}
{{- if not (include "bowline.isSize" .size) }}
¶ persistence.size: {{ .size | quote }} is no size above zero. Write a number with a unit, such as 8Gi.
{{- end }}
{{- if and .emptyDir.sizeLimit (not (include "bowline.isQuantity" .emptyDir.sizeLimit)) }}
¶ persistence.emptyDir.sizeLimit: {{ .emptyDir.sizeLimit | quote }} is no quantity above zero. Write a number with a unit, such as 2Gi, or
leave it empty.
{{- end }}
{{- if not .accessModes }}
¶ persistence.accessModes: it is empty. Set it to [ReadWriteOnce].
{{- end }}
{{- end }}
{{- end -}}

{{- /* "true" for a quantity of bytes: not in thousandths. Argument: a string. */ -}}
{{- define "bowline.isSize" -}}
{{- if and (include "bowline.isQuantity" .) (not (hasSuffix "m" .)) }}true{{ end -}}
{{- end -}}

{{- define "bowline.validate.resources" -}}
{{- range $container, $resources := .Values.resources }}
{{- range $kind, $quantities := $resources }}
{{- if not (has $kind (list "requests" "limits" "claims")) }}
¶ resources.{{ $container }}: {{ $kind }} is nothing that Kubernetes knows. Use requests and limits.
{{- else if ne $kind "claims" }}
{{- range $name, $quantity := $quantities }}
{{- $text := include "bowline.text" $quantity }}
{{- if not (or (has $name (list "cpu" "memory" "ephemeral-storage")) (hasPrefix "hugepages-" $name) (contains "/" $name)) }}
¶ resources.{{ $container }}.{{ $kind }}: {{ $name }} is no resource. Use cpu, memory, ephemeral-storage, hugepages-* or a name with a domain.
{{- else if not (include "bowline.isQuantity" $text) }}
¶ resources.{{ $container }}.{{ $kind }}.{{ $name }}: {{ $text | quote }} is no quantity above zero. Write {{ eq $name "cpu" | ternary "cores, such as 500m or 2" "a number with a unit, such as 1Gi" }}.
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* "true" for a quantity of Kubernetes above zero. Argument: a string. */ -}}
{{- define "bowline.isQuantity" -}}
{{- $number := regexReplaceAll "(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+]?[0-9]+)$" . "" -}}
{{- if and (regexMatch "^[0-9]+([.][0-9]+)?$" $number) (regexMatch "[1-9]" $number) }}true{{ end -}}
{{- end -}}
