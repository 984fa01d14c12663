{{- /* Parts that all our pods share. */ -}}

{{- /* Environment of every container that runs bowline. No argument. */ -}}
{{- define "bowline.podEnv" -}}
- name: POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- name: POD_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
- name: POD_UID
  valueFrom: {fieldRef: {fieldPath: metadata.uid}}
- name: POD_IP
  valueFrom: {fieldRef: {fieldPath: status.podIP}}
- name: NODE_NAME
  valueFrom: {fieldRef: {fieldPath: spec.nodeName}}
- name: POD_REVISION
  valueFrom: {fieldRef: {fieldPath: "metadata.labels['controller-revision-hash']"}}
{{- end -}}

{{- /* Fields at the top of every pod spec. Argument: dict root, component, serviceAccountName. */ -}}
{{- define "bowline.podBase" -}}
{{- $nodes := (include "bowline.setting" (dict "group" . "name" "nodeSelector") | fromYaml).value -}}
{{- $tolerations := (include "bowline.setting" (dict "group" . "name" "tolerations") | fromYaml).value -}}
serviceAccountName: {{ .serviceAccountName | quote }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with include "bowline.imagePullSecrets" .root }}
{{ . }}
{{- end }}
{{- with include "bowline.podSecurity" .root }}
securityContext:
  {{- . | nindent 2 }}
{{- end }}
{{- with include "bowline.firstWins" (list $nodes) }}
nodeSelector:
  {{- . | nindent 2 }}
{{- end }}
{{- with $tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* A container that runs bowline from its own image. Argument: dict root, name, args, resources. */ -}}
{{- define "bowline.toolkitContainer" -}}
name: {{ .name }}
image: {{ include "bowline.toolkitImage" .root | quote }}
imagePullPolicy: {{ .root.Values.toolkit.image.pullPolicy }}
args:
  {{- toYaml .args | nindent 2 }}
env:
  {{- include "bowline.podEnv" nil | nindent 2 }}
{{- with .resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
terminationMessagePolicy: FallbackToLogsOnError
{{- with .root.Values.containerSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* The ConfigMap, and the Secrets when there are some. Argument: the root. */ -}}
{{- define "bowline.configVolumes" -}}
- name: config
  configMap:
    name: {{ include "bowline.baseName" . }}-config
{{- with include "bowline.authVolumes" . }}
{{ . }}
{{- end }}
{{- with include "bowline.tlsVolumes" . }}
{{ . }}
{{- end }}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.configMounts" -}}
- name: config
  mountPath: /etc/bowline
  readOnly: true
{{- with include "bowline.authMounts" . }}
{{ . }}
{{- end }}
{{- with include "bowline.tlsMounts" . }}
{{ . }}
{{- end }}
{{- end -}}

{{- /* A token for the API server, mounted only where a container needs it. No argument. */ -}}
{{- define "bowline.tokenVolume" -}}
- name: token
  projected:
    defaultMode: 0440
    sources:
      - serviceAccountToken: {path: token, expirationSeconds: 3607}
      - configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}
      - downwardAPI: {items: [{path: namespace, fieldRef: {fieldPath: metadata.namespace}}]}
{{- end -}}

{{- define "bowline.tokenMount" -}}
- name: token
  mountPath: /var/run/secrets/kubernetes.io/serviceaccount
  readOnly: true
{{- end -}}
