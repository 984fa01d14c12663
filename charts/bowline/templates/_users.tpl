{{- /* Users beside `default`. docs/decisions/0043-users.md */ -}}

{{- /* Name of the Secret with the declared users. Argument: the root. */ -}}
{{- define "bowline.usersName" -}}
{{- include "bowline.baseName" . }}-users
{{- end -}}

{{- /* The users with hashes in place of their passwords, as JSON. Argument: the root. */ -}}
{{- define "bowline.usersList" -}}
{{- $users := list -}}
{{- range .Values.auth.users -}}
{{- $hashes := list -}}
{{- range .passwords }}{{ $hashes = append $hashes (toString . | sha256sum) }}{{ end -}}
{{- $users = append $users (dict "name" .name "rules" (.rules | default "") "hashes" $hashes
      "keys" (.passwordKeys | default list)) -}}
{{- end -}}
{{- toJson $users -}}
{{- end -}}

{{- /* Which users these are; empty: none. By scrypt, as bowline.secretRevision. Argument: the root. */ -}}
{{- define "bowline.usersRevision" -}}
{{- if and .Values.auth.enabled .Values.auth.users -}}
{{- derivePassword 1 "maximum" (include "bowline.usersList" .) "users" (include "bowline.baseName" .) | sha256sum | trunc 12 -}}
{{- end -}}
{{- end -}}

{{- /* The file users.json. Argument: the root. */ -}}
{{- define "bowline.usersJson" -}}
{{- toPrettyJson (dict "revision" (include "bowline.usersRevision" .) "users" (include "bowline.usersList" . | fromJsonArray)) -}}
{{- end -}}

{{- /* Where the members find users. Argument: the root. */ -}}
{{- define "bowline.usersPaths" -}}
{{- toJson (dict
  "directory" "/etc/bowline-users"
  "secretDirectory" "/etc/bowline-users-secret"
  "lines" (.Values.auth.userLinesKey | default "")
  "revision" (include "bowline.usersRevision" .)) -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.usersVolumes" -}}
- name: users
  secret:
    secretName: {{ include "bowline.usersName" . | quote }}
    defaultMode: 0440
    optional: true
{{- with .Values.auth.usersSecret }}
- name: users-secret
  secret:
    secretName: {{ . | quote }}
    defaultMode: 0440
{{- end }}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.usersMounts" -}}
- name: users
  mountPath: /etc/bowline-users
  readOnly: true
{{- if .Values.auth.usersSecret }}
- name: users-secret
  mountPath: /etc/bowline-users-secret
  readOnly: true
{{- end }}
{{- end -}}

{{- define "bowline.validate.users" -}}
{{- $auth := .Values.auth -}}
{{- if and (not $auth.enabled) (or $auth.users $auth.usersSecret $auth.userLinesKey) }}
¶ auth.enabled: it is false although users are declared. Set it to true, or remove the users.
{{- end }}
{{- if and $auth.userLinesKey (not $auth.usersSecret) }}
¶ auth.userLinesKey: it names a key of no Secret. Name the Secret by auth.usersSecret.
{{- end }}
{{- if and (not $auth.defaultUser.enabled) (not $auth.users) (not $auth.userLinesKey) }}
¶ auth.defaultUser.enabled: it is false, and no other user is declared: no client could log in. Declare one by auth.users.
{{- end }}
{{- if and (not $auth.defaultUser.enabled) .Values.serviceBinding.enabled }}
¶ serviceBinding.enabled: the Secret tells the password of the user default, which auth.defaultUser.enabled switches off. Switch one of them.
{{- end }}
{{- $names := dict }}
{{- range $auth.users }}
{{- $own := regexMatch "^(default$|bowline-|replication-|sentinel-|peer-)" .name }}
{{- if $own }}
¶ auth.users: {{ .name | quote }} is a name that the members need themselves. Choose another one.
{{- end }}
{{- if hasKey $names .name }}
¶ auth.users: {{ .name | quote }} is declared twice. Leave one of them.
{{- end }}
{{- $names = set $names .name true }}
{{- $user := .name }}
{{- $rules := splitList " " (.rules | default "") }}
{{- range $rules }}
{{- if or (regexMatch "^[><#!]" .) (has . (list "reset" "resetpass" "on")) }}
¶ auth.users: the rules of {{ $user | quote }} have a rule of passwords, or one that takes all away. Leave it out, and use passwords or passwordKeys.
{{- end }}
{{- end }}
{{- if not (or .passwords .passwordKeys (has "nopass" $rules) (has "off" $rules)) }}
¶ auth.users: {{ .name | quote }} has no password. Give passwords or passwordKeys, or the rule nopass.
{{- end }}
{{- if and .passwordKeys (not $auth.usersSecret) }}
¶ auth.users: {{ .name | quote }} has passwordKeys, but auth.usersSecret names no Secret. Name it.
{{- end }}
{{- end }}
{{- end -}}
