{{- /* Volumes of a member. */ -}}

{{- /* Mounts of init and server. Argument: dict root, binReadOnly. */ -}}
{{- define "redis.memberMounts" -}}
- name: bin
  mountPath: /opt/bowline
  {{- if .binReadOnly }}
  readOnly: true
  {{- end }}
- name: run
  mountPath: /run/bowline
- name: data
  mountPath: /data
{{ include "redis.configMounts" .root }}
{{- end -}}

{{- /* Volumes of a member. Argument: the root. */ -}}
{{- define "redis.memberVolumes" -}}
- name: bin
  emptyDir: {sizeLimit: 64Mi}
- name: run
  emptyDir: {medium: Memory, sizeLimit: 16Mi}
{{- if not .Values.persistence.enabled }}
- name: data
  emptyDir:
    {{- toYaml (dict "medium" .Values.persistence.emptyDir.medium) | nindent 4 }}
    {{- with .Values.persistence.emptyDir.sizeLimit }}
    sizeLimit: {{ . | quote }}
    {{- end }}
{{- end }}
{{ include "redis.configVolumes" . }}
{{- if .Values.rbac.create }}
{{ include "redis.tokenVolume" nil }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* The volume claim template "data". Fixed after the first install. Argument: dict root, component, shard. */ -}}
{{- define "redis.volumeClaim" -}}
{{- $p := .root.Values.persistence -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  labels:
    {{- include "redis.selectorLabels" . | nindent 4 }}
    {{- with $p.labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $p.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  accessModes:
    {{- toYaml $p.accessModes | nindent 4 }}
  {{- if eq ($p.storageClass | default "") "-" }}
  storageClassName: ""
  {{- else if $p.storageClass }}
  storageClassName: {{ $p.storageClass | quote }}
  {{- end }}
  resources:
    requests:
      storage: {{ $p.size | quote }}
{{- end -}}
