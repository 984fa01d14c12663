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

{{- /* Storage class of a group: "-" is none at all, empty the cluster's default. Argument: a group. */ -}}
{{- define "bowline.storageClass" -}}
{{- $v := .root.Values -}}
{{- $own := eq .component "sentinel" | ternary $v.sentinel.persistence.storageClass "" -}}
{{- ($v.global).storageClass | default $own | default $v.persistence.storageClass | default ($v.global).defaultStorageClass -}}
{{- end -}}

{{- /* A member's own claim: component, name, labels and perhaps shard, as YAML. Argument: dict root, member ("server-0"). */ -}}
{{- define "bowline.claimGroup" -}}
{{- $parts := splitList "-" .member -}}
name: {{ printf "data-%s-%s" (include "bowline.baseName" .root) .member | quote }}
labels:
  {{- toYaml (.root.Values.persistence.labels | default dict) | nindent 2 }}
component: {{ eq (first $parts) "sentinel" | ternary "sentinel" "server" }}
{{- if eq (first $parts) "shard" }}
shard: {{ index $parts 1 }}
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
    {{- include "bowline.matchLabels" . | nindent 4 }}
    {{- with include "bowline.firstWins" (list $p.labels) }}
    {{- . | nindent 4 }}
    {{- end }}
  {{- with include "bowline.firstWins" (list $p.annotations) }}
  annotations:
    {{- . | nindent 4 }}
  {{- end }}
spec:
  accessModes:
    {{- toYaml $p.accessModes | nindent 4 }}
  {{- with include "bowline.storageClass" . }}
  storageClassName: {{ eq . "-" | ternary "" . | quote }}
  {{- end }}
  resources:
    requests:
      storage: {{ $own.size | quote }}
{{- end -}}
