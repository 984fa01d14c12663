{{- /*
Parts of NetworkPolicies, whose flows are listed in docs/network.md. A policy sees the addresses and ports of pods: those of Services
have been replaced before. Probes need no rule, because a node always reaches its own pods.
*/ -}}

{{- /* Pods of this release, as a peer. Argument: dict root, components. */ -}}
{{- define "bowline.policyPeer" -}}
- podSelector:
    matchLabels:
      {{- toYaml (omit (include "bowline.matchLabels" (dict "root" .root "component" "") | fromYaml) "app.kubernetes.io/component") | nindent 6 }}
    matchExpressions:
      - {key: app.kubernetes.io/component, operator: In, values: {{ toJson .components }}}
{{- end -}}

{{- /* Ports as a list of TCP ports. Argument: a list of numbers. */ -}}
{{- define "bowline.policyPorts" -}}
{{- range . }}
- {protocol: TCP, port: {{ int64 . }}}
{{- end }}
{{- end -}}

{{- /* Numbers of the ports by which members reach one kind of member, as YAML. Argument: dict root, component. */ -}}
{{- define "bowline.policyMemberPorts" -}}
{{- range include "bowline.memberPortNames" . | fromYamlArray }}
- {{ include "bowline.portNumber" (dict "root" $.root "name" .) }}
{{- end }}
{{- end -}}

{{- /*
The end of a policy: what the pods may reach (members, DNS, the API server), unless that is left as it is. Argument: dict root, members,
api, extra (rules of the user).
*/ -}}
{{- define "bowline.policyEnd" -}}
{{- if .root.Values.networkPolicy.limitEgress -}}
policyTypes: [Ingress, Egress]
egress:
  {{- include "bowline.policyEgress" . | trim | nindent 2 }}
  {{- with .extra }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- else -}}
policyTypes: [Ingress]
{{- end -}}
{{- end -}}

{{- /* Argument: dict root, members, api. */ -}}
{{- define "bowline.policyEgress" -}}
{{- $v := .root.Values -}}
{{- $root := .root -}}
{{- if .members }}
{{- range $component := include "bowline.components" $root | fromYamlArray }}
- to:
    {{- include "bowline.policyPeer" (dict "root" $root "components" (list $component)) | nindent 4 }}
  ports:
    {{- include "bowline.policyPorts" (include "bowline.policyMemberPorts" (dict "root" $root "component" $component) | fromYamlArray) | trim | nindent 4 }}
{{- end }}
{{- end }}
# DNS, wherever it is.
- ports:
    {{- range $v.networkPolicy.dnsPorts }}
    - {protocol: UDP, port: {{ int64 . }}}
    - {protocol: TCP, port: {{ int64 . }}}
    {{- end }}
{{- if .api }}
# The API server: its address differs from cluster to cluster.
- ports:
    {{- include "bowline.policyPorts" $v.networkPolicy.apiServer.ports | trim | nindent 4 }}
  {{- with $v.networkPolicy.apiServer.to }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end -}}

{{- /* The policy of the members of one component. Argument: dict root, component. */ -}}
{{- define "bowline.memberPolicy" -}}
{{- $policy := .root.Values.networkPolicy -}}
{{- $root := .root -}}
{{- $clients := list -}}
{{- range include "bowline.clientPortNames" . | fromJsonArray -}}
{{- $clients = append $clients (include "bowline.portNumber" (dict "root" $root "name" .)) -}}
{{- end -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "bowline.metadata" (dict "root" .root "component" .component "name" (include "bowline.componentName" .)) | nindent 2 }}
spec:
  podSelector:
    matchLabels:
      {{- include "bowline.matchLabels" . | nindent 6 }}
  ingress:
    # Members among themselves, and the pod of `helm test`.
    - from:
        {{- include "bowline.policyPeer" (dict "root" .root
              "components" (append (include "bowline.components" .root | fromYamlArray) "test")) | nindent 8 }}
      ports:
        {{- include "bowline.policyPorts" (include "bowline.policyMemberPorts" . | fromYamlArray) | trim | nindent 8 }}
    # Clients; without `from` everybody.
    - ports:
        {{- include "bowline.policyPorts" $clients | trim | nindent 8 }}
      {{- with $policy.clients }}
      from:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- with include "bowline.policyMonitoring" .root }}
    {{- . | nindent 4 }}
    {{- end }}
    {{- with $policy.extraIngress }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- include "bowline.policyEnd" (dict "root" .root "members" true "api" .root.Values.rbac.create "extra" $policy.extraEgress) | nindent 2 }}
{{- end -}}
