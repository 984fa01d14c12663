{{- /* Diagnostic mode: members whose pods stay up without their engines. */ -}}

{{- /* The flags that name them, as JSON; empty: there are none. Argument: the root. */ -}}
{{- define "bowline.heldFlags" -}}
{{- $flags := list -}}
{{- if .Values.diagnosticMode.enabled -}}
{{- range .Values.diagnosticMode.members | default (list "all") }}{{ $flags = append $flags (printf "--held=%s" .) }}{{ end -}}
{{- end -}}
{{- toJson $flags -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.diagnosticWarning" -}}
{{- with .Values.diagnosticMode }}
{{- if .enabled }}
- diagnosticMode.enabled is true: {{ .members | empty | ternary "no member" (printf "none of %s" (join ", " .members)) }} runs its engine when its pod is replaced; clients are not served there.
{{- end }}
{{- end }}
{{- end -}}
