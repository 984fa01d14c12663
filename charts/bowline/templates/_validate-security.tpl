{{- /* Rules about passwords and rights; see _validate.tpl. */ -}}

{{- define "bowline.validate.auth" -}}
{{- with .Values.auth }}
{{- $given := or .password .replicationPassword }}
{{- if and .existingSecret $given }}
¶ auth.existingSecret: it is given together with auth.password or auth.replicationPassword. Give either the Secret or the passwords.
{{- else if and .password (not .replicationPassword) }}
¶ auth.replicationPassword: it is empty although auth.password is given. Give both, or none for made ones, or auth.existingSecret.
{{- else if and .replicationPassword (not .password) }}
¶ auth.password: it is empty although auth.replicationPassword is given. Give both, or none for made ones, or auth.existingSecret.
{{- else if and $given (eq .password .replicationPassword) }}
¶ auth.replicationPassword: it is the same as auth.password. Choose another one: clients must not be able to act as members.
{{- end }}
{{- if and .secretAnnotations (not .password) }}
¶ auth.secretAnnotations: the chart makes no Secret, because auth.password is empty. Annotate the Secret {{ include "bowline.secretName" $ }}
itself, or give auth.password and auth.replicationPassword.
{{- end }}
{{- if and (not .enabled) (or $given .existingSecret) }}
¶ auth.enabled: it is false although passwords are given. Set it to true, or remove the passwords.
{{- end }}
{{- range $name := list "password" "replicationPassword" }}
{{- $password := get $.Values.auth $name }}
{{- if and $password (not (regexMatch "^[!-~]{1,512}$" $password)) }}
¶ auth.{{ $name }}: it has a space, a control character or a letter outside ASCII, or is longer than 512. Use printable ASCII.
{{- end }}
{{- end }}
{{- if and .existingSecret (not (regexMatch "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$" .existingSecret)) }}
¶ auth.existingSecret: {{ .existingSecret | quote }} is no name of a Secret. Write the name of a Secret in the release's namespace.
{{- end }}
{{- if and .existingSecret (not .existingSecretKeys.password) }}
¶ auth.existingSecretKeys.password: it is empty. Name the key of the clients' password in the Secret.
{{- end }}
{{- end }}
{{- end -}}

{{- define "bowline.validate.rights" -}}
{{- with .Values.upgrade.job }}
{{- if or (lt (int .backoffLimit) 0) (lt (int .activeDeadlineSeconds) 10) }}
¶ upgrade.job: backoffLimit must be 0 or more and activeDeadlineSeconds 10 or more; they are {{ .backoffLimit }} and
{{ .activeDeadlineSeconds }}. The defaults are 3 and 120.
{{- end }}
{{- end }}
{{- if not .Values.rbac.create }}
{{- if include "bowline.makesPasswords" . }}
¶ rbac.create: without it nobody may make the passwords. Give auth.existingSecret, or auth.password and auth.replicationPassword.
{{- end }}
{{- if .Values.events.enabled }}
¶ events.enabled: Events need rbac.create, which is false. Set events.enabled to false.
{{- end }}
{{- else if and (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) }}
¶ serviceAccount.name: it is empty and none is made, so the namespace's default account, which every pod may use, would get the
members' rights. Name an account, or set serviceAccount.create to true, or rbac.create to false.
{{- end }}
{{- range $name := .Values.arbitraryUser | ternary list (list "runAsUser" "runAsGroup" "fsGroup") }}
{{- if and (hasKey ($.Values.podSecurityContext | default dict) $name) (eq (get $.Values.podSecurityContext $name | toString) "0") }}
¶ podSecurityContext.{{ $name }}: 0 is root. Use another number; 999 is the one of the engine's images.
{{- end }}
{{- end }}
{{- end -}}
