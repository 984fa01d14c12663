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
A Service for clients. A node port is that of the first port: the plain one, when there is one. Argument: dict root, component, name,
values (below service, replicasService or sentinelService), selector (more labels).
*/ -}}
{{- define "bowline.clientService" -}}
{{- $s := .values -}}
{{- $v := .root.Values -}}
{{- $numbers := dict "client" $v.service.port "tls" $v.service.tlsPort "sentinel" $v.ports.sentinel "sentinel-tls" $v.ports.sentinelTls -}}
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
    {{- range $index, $name := include "bowline.clientPortNames" . | fromJsonArray }}
    - name: {{ $name }}
      port: {{ get $numbers $name | int64 }}
      targetPort: {{ $name }}
      protocol: TCP
      appProtocol: tcp
      {{- if and (eq $index 0) (ne $s.type "ClusterIP") $s.nodePort }}
      nodePort: {{ int64 $s.nodePort }}
      {{- end }}
    {{- end }}
{{- end -}}

{{- /* Names of a member's ports that others connect to, as YAML. The kubelet asks the pod itself. Argument: a group. */ -}}
{{- define "bowline.memberPortNames" -}}
{{- $bus := and (ne .component "sentinel") (eq .root.Values.mode "cluster") | ternary (list "bus") list -}}
{{- concat (include "bowline.clientPortNames" . | fromJsonArray) $bus (list "peers") | toJson -}}
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
{{- $root := .root -}}
{{- range include "bowline.memberPortNames" . | fromYamlArray }}
- {{ include "bowline.servicePort" (dict "name" . "port" (include "bowline.portNumber" (dict "root" $root "name" .))) }}
{{- end }}
{{- end -}}
