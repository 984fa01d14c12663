{{- /* Parts of Services. */ -}}

{{- /* IP families, or nothing. Argument: the root. */ -}}
{{- define "bowline.ipFamilies" -}}
{{- $fields := dict -}}
{{- range list "ipFamilyPolicy" "ipFamilies" -}}
{{- $field := . -}}
{{- with get $.Values . }}{{ $fields = set $fields $field . }}{{ end -}}
{{- end -}}
{{- with $fields }}{{ toYaml . }}{{ end -}}
{{- end -}}

{{- /* Names of a member's ports that others connect to, as YAML. The kubelet asks the pod itself. Argument: a group. */ -}}
{{- define "bowline.memberPortNames" -}}
{{- if eq .component "sentinel" -}}
[sentinel, peers]
{{- else if eq .root.Values.mode "cluster" -}}
[client, bus, peers]
{{- else -}}
[client, peers]
{{- end -}}
{{- end -}}

{{- /* All of them. Argument: a group. */ -}}
{{- define "bowline.memberPorts" -}}
{{- $ports := .root.Values.ports -}}
{{- range include "bowline.memberPortNames" . | fromYamlArray }}
- {name: {{ . }}, port: {{ get $ports . | int64 }}, targetPort: {{ . }}, protocol: TCP}
{{- end }}
{{- end -}}
