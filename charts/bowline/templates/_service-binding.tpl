{{- /*
The Secret in the layout of the Service Binding specification (servicebinding.io, "Well-known Secret Entries"). The chart renders it when
it knows the password, or none is needed; else the gate makes it with the passwords.
*/ -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.bindingName" -}}
{{- include "bowline.baseName" . }}-binding
{{- end -}}

{{- /* Its entries but those that follow from the password, as YAML. Clients of both engines know the type "redis". Argument: the root. */ -}}
{{- define "bowline.bindingEntries" -}}
type: redis
provider: bowline
host: {{ include "bowline.host" (dict "root" . "name" (include "bowline.clientServiceName" .)) | quote }}
port: {{ eq "true" (include "bowline.tlsFirst" .) | ternary .Values.service.tlsPort .Values.service.port | int64 | toString | quote }}
{{- end -}}

{{- /* The same as the gate reads it; empty: it makes none. As JSON. Argument: the root. */ -}}
{{- define "bowline.gateBinding" -}}
{{- $made := and (eq true .Values.serviceBinding.enabled) (eq "true" (include "bowline.makesPasswords" .)) -}}
{{- $made | ternary (dict "secret" (include "bowline.bindingName" .) "entries" (include "bowline.bindingEntries" . | fromYaml))
      (dict "secret" "" "entries" dict) | toJson -}}
{{- end -}}

{{- define "bowline.validate.serviceBinding" -}}
{{- if .Values.serviceBinding.enabled }}
{{- if .Values.auth.existingSecret }}
¶ serviceBinding.enabled: nobody here may read the Secret {{ .Values.auth.existingSecret }}. Make the binding's Secret where you make that
one, or leave out auth.existingSecret.
{{- end }}
{{- if not (or (eq .Values.mode "cluster") (include "bowline.roleLabel" .)) }}
¶ serviceBinding.enabled: there is no Service {{ include "bowline.clientServiceName" . }} to name. Set rbac.create and roleLabel.enabled to
true, or this to false.
{{- end }}
{{- end }}
{{- end -}}
