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
