{{- /* Refuses values of other charts by name; see _validate.tpl. */ -}}

{{- /* Text when the path leads to something. Argument: dict values, path. */ -}}
{{- define "bowline.hasPath" -}}
{{- $parts := splitList "." .path -}}
{{- $first := first $parts -}}
{{- if and (kindIs "map" .values) (hasKey .values $first) -}}
{{- if eq (len $parts) 1 -}}
{{- not (kindIs "invalid" (index .values $first)) | ternary "true" "" -}}
{{- else -}}
{{- include "bowline.hasPath" (dict "values" (index .values $first) "path" (rest $parts | join ".")) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "bowline.validate.peers" -}}
{{- $remedies := merge (include "bowline.peerValues" nil | fromYaml) (include "bowline.peerTlsValues" nil | fromYaml) }}
{{- $found := list }}
{{- range $path, $_ := $remedies }}
{{- if include "bowline.hasPath" (dict "values" $.Values "path" $path) }}{{ $found = append $found $path }}{{ end }}
{{- end }}
{{- range $path := $found }}
{{- $below := false }}
{{- range $found }}{{ if hasPrefix (print $path ".") . }}{{ $below = true }}{{ end }}{{ end }}
{{- if not $below }}
¶ {{ $path }}: this is a value of other charts. {{ get $remedies $path }}
{{- end }}
{{- end }}
{{- end -}}
