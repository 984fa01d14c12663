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

{{- /* Names of a member's ports, as YAML. Argument: a group. */ -}}
{{- define "redis.memberPortNames" -}}
{{- if eq .component "sentinel" -}}
[sentinel, http]
{{- else if eq .root.Values.mode "cluster" -}}
[client, bus, http]
{{- else -}}
[client, http]
{{- end -}}
{{- end -}}

{{- /* All ports of a member. Argument: a group. */ -}}
{{- define "redis.memberPorts" -}}
{{- $ports := .root.Values.ports -}}
{{- range include "redis.memberPortNames" . | fromYamlArray }}
- {name: {{ . }}, port: {{ get $ports . }}, targetPort: {{ . }}, protocol: TCP}
{{- end }}
{{- end -}}
