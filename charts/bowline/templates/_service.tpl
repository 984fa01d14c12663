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

{{- /*
A port of a Service. Meshes read appProtocol: "redis" would let some of them take part in the protocol, which handovers, pipelines and
blocking commands do not survive. Argument: dict name, port.
*/ -}}
{{- define "bowline.servicePort" -}}
{name: {{ .name }}, port: {{ int64 .port }}, targetPort: {{ .name }}, protocol: TCP, appProtocol: tcp}
{{- end -}}

{{- /* All of them. Argument: a group. */ -}}
{{- define "bowline.memberPorts" -}}
{{- $ports := .root.Values.ports -}}
{{- range include "bowline.memberPortNames" . | fromYamlArray }}
- {{ include "bowline.servicePort" (dict "name" . "port" (get $ports .)) }}
{{- end }}
{{- end -}}
