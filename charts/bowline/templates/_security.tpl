{{- /* Users of pods. */ -}}

{{- /* The security context of every pod, or nothing. Argument: the root. */ -}}
{{- define "bowline.podSecurity" -}}
{{- $context := .Values.podSecurityContext | default dict -}}
{{- if .Values.arbitraryUser }}{{ $context = omit $context "runAsUser" "runAsGroup" "fsGroup" }}{{ end -}}
{{- with $context }}{{ toYaml . }}{{ end -}}
{{- end -}}
