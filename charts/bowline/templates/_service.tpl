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

{{- /*
A Service for clients. Argument: dict root, component, name, values (below service, replicasService or sentinelService), port (its name),
number (its port), selector (more labels).
*/ -}}
{{- define "bowline.clientService" -}}
{{- $s := .values -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "bowline.metadata" (dict "root" .root "component" .component "name" .name "annotations" (list $s.annotations)) | nindent 2 }}
spec:
  type: {{ $s.type }}
  {{- with include "bowline.ipFamilies" .root }}
  {{- . | nindent 2 }}
  {{- end }}
  {{- if eq $s.type "LoadBalancer" }}
  {{- with $s.loadBalancerClass }}
  loadBalancerClass: {{ . | quote }}
  {{- end }}
  {{- with $s.loadBalancerSourceRanges }}
  loadBalancerSourceRanges:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- end }}
  {{- with $s.externalTrafficPolicy }}
  externalTrafficPolicy: {{ . }}
  {{- end }}
  {{- with $s.sessionAffinity }}
  sessionAffinity: {{ . | quote }}
  {{- end }}
  selector:
    {{- include "bowline.matchLabels" (dict "root" .root "component" .component) | nindent 4 }}
    {{- range $key, $value := .selector }}
    {{ $key }}: {{ $value | quote }}
    {{- end }}
  ports:
    - name: {{ .port }}
      port: {{ int64 .number }}
      targetPort: {{ .port }}
      protocol: TCP
      appProtocol: tcp
      {{- if and (ne $s.type "ClusterIP") $s.nodePort }}
      nodePort: {{ int64 $s.nodePort }}
      {{- end }}
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
