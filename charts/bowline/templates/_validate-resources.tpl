{{- /* Rules about quantities; what Kubernetes' own types look like is in the schema. See _validate.tpl. */ -}}

{{- /*
What is wrong with a quantity, as the end of a sentence with the remedy, or nothing. Argument: dict value, example, optional bytes: it
counts bytes.
*/ -}}
{{- define "bowline.quantityProblem" -}}
{{- $text := include "bowline.text" .value -}}
{{- $number := regexReplaceAll "(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei|[eE][+-]?[0-9]+)$" $text "" -}}
{{- if regexMatch "^[0-9.]+ ?[kKmMgGtTpPeE]i?[bB]$" $text -}}
{{ quote $text }} has a unit that Kubernetes does not know. Write {{ regexFind "^[0-9.]+" $text }}{{ regexFind "[A-Za-z]" $text | upper }}i.
{{- else if not (and (regexMatch "^([0-9]+[.]?[0-9]*|[.][0-9]+)$" $number) (regexMatch "[1-9]" $number)) -}}
{{ quote $text }} is no quantity above zero. Write a number with a unit, such as {{ .example }}.
{{- else if and .bytes (regexMatch "[num]$" $text) -}}
{{ quote $text }} is a fraction: m stands for a thousandth. Write {{ regexReplaceAll "[num]$" $text "" }}Mi for mebibytes.
{{- end -}}
{{- end -}}

{{- /* The same as a refusal. Argument as above, with path. */ -}}
{{- define "bowline.validate.quantity" -}}
{{- with include "bowline.quantityProblem" . }}
¶ {{ $.path }}: {{ . }}
{{- end }}
{{- end -}}

{{- define "bowline.validate.resources" -}}
{{- range $container, $resources := .Values.resources }}
{{- range $kind := list "limits" "requests" }}
{{- range $name, $value := get ($resources | default dict) $kind | default dict }}
{{- $path := printf "resources.%s.%s.%s" $container $kind $name }}
{{- if not (or (has $name (list "cpu" "memory" "ephemeral-storage")) (hasPrefix "hugepages-" $name) (contains "/" $name)) }}
¶ {{ $path }}: Kubernetes has no such resource. Use cpu, memory or ephemeral-storage, or the full name of your own, with a slash.
{{- else if not (kindIs "invalid" $value) }}
{{- include "bowline.validate.quantity" (dict "path" $path "value" $value "bytes" (ne $name "cpu")
      "example" (eq $name "cpu" | ternary "500m" "512Mi")) }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* A quantity in whole mebibytes; nothing when it is no quantity of bytes. Argument: the quantity. */ -}}
{{- define "bowline.mebibytes" -}}
{{- $text := include "bowline.text" . -}}
{{- $units := dict "" 1 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- $unit := regexFind "[A-Za-z]*$" $text -}}
{{- if and (hasKey $units $unit) (regexMatch "^[0-9.]+[A-Za-z]*$" $text) -}}
{{- divf (mulf (trimSuffix $unit $text | float64) (get $units $unit | float64)) 1048576.0 | floor | int64 -}}
{{- end -}}
{{- end -}}

{{- define "bowline.validate.jobMemory" -}}
{{- with (((.Values.resources).job).limits).memory }}
{{- $mebibytes := include "bowline.mebibytes" . }}
{{- if and $mebibytes (lt (int64 $mebibytes) 32) }}
¶ resources.job.limits.memory: {{ include "bowline.text" . }} is too little for the gate, which the kernel would kill without a word. Set it to 32Mi
or more; 64Mi is the default.
{{- end }}
{{- end }}
{{- end -}}

{{- define "bowline.validate.storage" -}}
{{- with .Values.persistence }}
{{- include "bowline.validate.quantity" (dict "path" "persistence.size" "value" .size "example" "8Gi" "bytes" true) }}
{{- if .emptyDir.sizeLimit }}
{{- include "bowline.validate.quantity" (dict "path" "persistence.emptyDir.sizeLimit" "value" .emptyDir.sizeLimit "example" "2Gi"
      "bytes" true) }}
{{- end }}
{{- if not .accessModes }}
¶ persistence.accessModes: it is empty. Set it to [ReadWriteOnce].
{{- end }}
{{- end }}
{{- if eq .Values.mode "sentinel" }}
{{- include "bowline.validate.quantity" (dict "path" "sentinel.persistence.size" "value" .Values.sentinel.persistence.size
      "example" "1Gi" "bytes" true) }}
{{- end }}
{{- end -}}
