{{- /* Volumes of a member. */ -}}

{{- /* Mounts of the init container and the engine's. Argument: dict root, binReadOnly. */ -}}
{{- define "bowline.memberMounts" -}}
- name: bin
  mountPath: /opt/bowline
  {{- if .binReadOnly }}
  readOnly: true
  {{- end }}
- name: run
  mountPath: /run/bowline
- name: data
  mountPath: /data
{{ include "bowline.configMounts" .root }}
{{- end -}}

{{- /* Volumes of a member. Argument: a group. */ -}}
{{- define "bowline.memberVolumes" -}}
{{- $v := .root.Values -}}
- name: bin
  emptyDir: {sizeLimit: 64Mi}
- name: run
  emptyDir: {medium: Memory, sizeLimit: 16Mi}
{{- if not (include "bowline.isPersistent" .) }}
{{- $server := eq .component "server" }}
- name: data
  emptyDir:
    {{- toYaml (dict "medium" ($server | ternary $v.persistence.emptyDir.medium "")) | nindent 4 }}
    {{- with $server | ternary $v.persistence.emptyDir.sizeLimit $v.sentinel.persistence.size }}
    sizeLimit: {{ . | quote }}
    {{- end }}
{{- end }}
{{ include "bowline.configVolumes" .root }}
{{- if $v.rbac.create }}
{{ include "bowline.tokenVolume" nil }}
{{- end }}
{{- end -}}

{{- /* The volume claim template "data". Fixed after the first install. Argument: a group. */ -}}
{{- define "bowline.volumeClaim" -}}
{{- $p := .root.Values.persistence -}}
{{- $own := eq .component "sentinel" | ternary .root.Values.sentinel.persistence $p -}}
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
  labels:
    {{- include "bowline.selectorLabels" . | nindent 4 }}
    {{- with include "bowline.texts" $p.labels }}
    {{- . | nindent 4 }}
    {{- end }}
  {{- with include "bowline.texts" $p.annotations }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  accessModes:
    {{- toYaml $p.accessModes | nindent 4 }}
  {{- $global := .root.Values.global | default dict }}
  {{- $class := $own.storageClass | default $p.storageClass | default $global.storageClass | default $global.defaultStorageClass }}
  {{- if eq ($class | default "") "-" }}
  storageClassName: ""
  {{- else if $class }}
  storageClassName: {{ $class | quote }}
  {{- end }}
  resources:
    requests:
      storage: {{ $own.size | quote }}
{{- end -}}
