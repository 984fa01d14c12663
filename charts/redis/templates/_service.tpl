{{- /* Parts of Services. */ -}}

{{- /* IP families, or nothing. Argument: the root. */ -}}
{{- define "redis.ipFamilies" -}}
{{- $fields := dict -}}
{{- range list "ipFamilyPolicy" "ipFamilies" -}}
{{- $field := . -}}
{{- with get $.Values . }}{{ $fields = set $fields $field . }}{{ end -}}
{{- end -}}
{{- with $fields }}{{ toYaml . }}{{ end -}}
{{- end -}}

{{- /* All three ports of a member. Argument: the root. */ -}}
{{- define "redis.memberPorts" -}}
- {name: client, port: {{ .Values.ports.client }}, targetPort: client, protocol: TCP}
- {name: bus, port: {{ .Values.ports.bus }}, targetPort: bus, protocol: TCP}
- {name: http, port: {{ .Values.ports.http }}, targetPort: http, protocol: TCP}
{{- end -}}
