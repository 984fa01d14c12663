{{- /* The passwords and users in the members' pods. */ -}}

{{- /* Volumes; empty without passwords. Argument: the root. */ -}}
{{- define "bowline.authVolumes" -}}
{{- if .Values.auth.enabled -}}
- name: auth
  projected:
    defaultMode: 0440
    sources:
      {{- $keys := empty .Values.auth.existingSecret | ternary dict .Values.auth.existingSecretKeys }}
      - secret:
          name: {{ include "bowline.secretName" . | quote }}
          items:
            - key: {{ $keys.password | default "password" | quote }}
              path: password
            {{- with hasKey $keys "replicationPassword" | ternary $keys.replicationPassword "replication-password" }}
            - key: {{ . | quote }}
              path: replication-password
            {{- end }}
      # Without it the key is derived from the replicas' password.
      - secret:
          name: {{ include "bowline.secretName" . | quote }}
          optional: true
          items:
            - key: {{ $keys.peerKey | default "peer-key" | quote }}
              path: peer-key
{{ include "bowline.usersVolumes" . }}
{{- if not .Values.auth.existingSecret }}
# Apart from the passwords: the gates of older charts compare what the volume "auth" holds.
- name: auth-revision
  secret:
    secretName: {{ include "bowline.secretName" . | quote }}
    defaultMode: 0440
    optional: true
    items:
      - key: revision
        path: revision
{{- end }}
{{- end }}
{{- end -}}

{{- /* Where they are mounted. Argument: the root. */ -}}
{{- define "bowline.authMounts" -}}
{{- if .Values.auth.enabled -}}
- name: auth
  mountPath: /etc/bowline-secret
  readOnly: true
{{ include "bowline.usersMounts" . }}
{{- if not .Values.auth.existingSecret }}
- name: auth-revision
  mountPath: /etc/bowline-secret-revision
  readOnly: true
{{- end }}
{{- end }}
{{- end -}}
