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

{{- /* Claims of single members. Argument: the root. */ -}}
{{- define "bowline.validate.memberClaims" -}}
{{- $pods := include "bowline.memberPods" . | fromYamlArray }}
{{- range $member, $claim := .Values.persistence.members }}
{{- $component := hasPrefix "sentinel-" $member | ternary "sentinel" "server" }}
{{- $pod := printf "%s-%s" (include "bowline.baseName" $) $member }}
{{- if not (has $pod $pods) }}
¶ persistence.members.{{ $member }}: it is no member of this release. Name one of {{ $pods | join ", " | replace (print (include "bowline.baseName" $) "-") "" }}.
{{- else if not (include "bowline.isPersistent" (dict "root" $ "component" $component)) }}
¶ persistence.members.{{ $member }}: it has no volume. Set {{ eq $component "server" | ternary "" "sentinel." }}persistence.enabled to true, or remove it.
{{- end }}
{{- if hasKey $claim "existingClaim" }}
¶ persistence.members.{{ $member }}.existingClaim: a StatefulSet takes no claim of another name than data-{{ $pod }}. Set volumeName to the
volume of your claim, when that is deleted and the volume free, or dataSource to {kind: PersistentVolumeClaim, name: ...} for a copy.
{{- else if and $claim.volumeName $claim.dataSource }}
¶ persistence.members.{{ $member }}: a volume that is there cannot be filled. Set volumeName or dataSource.
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
{{- include "bowline.validate.memberClaims" $ }}
{{- if not .accessModes }}
¶ persistence.accessModes: it is empty. Set it to [ReadWriteOnce].
{{- end }}
{{- end }}
{{- if eq .Values.mode "sentinel" }}
{{- include "bowline.validate.quantity" (dict "path" "sentinel.persistence.size" "value" .Values.sentinel.persistence.size
      "example" "1Gi" "bytes" true) }}
{{- end }}
{{- end -}}
