{{- /* Rules about names; see _validate.tpl. */ -}}

{{- define "bowline.validate.names" -}}
{{- $fullname := include "bowline.baseName" . }}
{{- $made := printf "the release's name%s" (empty .Values.nameOverride | ternary "" " with nameOverride") }}
{{- $path := empty .Values.fullnameOverride | ternary $made "fullnameOverride" }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $fullname) }}
¶ {{ $path }}: {{ $fullname | quote }} cannot name Services. Set fullnameOverride: lower-case letters, digits and hyphens, a letter first.
{{- end }}
{{- if gt (len $fullname) 40 }}
¶ {{ $path }}: {{ $fullname | quote }} has {{ len $fullname }} characters; names made from it would be too long. Set fullnameOverride to at
most 40.
{{- end }}
{{- if not (regexMatch (printf "^%s$" (include "bowline.labelWord" nil)) (include "bowline.appName" .)) }}
¶ nameOverride: {{ .Values.nameOverride | quote }} is no value of a label. Use at most 63 letters, digits, hyphens, dots and underscores.
{{- end }}
{{- if and .Values.namespaceOverride (not (regexMatch "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$" .Values.namespaceOverride)) }}
¶ namespaceOverride: {{ .Values.namespaceOverride | quote }} is no name of a namespace. Use lower-case letters, digits and hyphens.
{{- end }}
{{- if not (regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$" .Values.clusterDomain) }}
¶ clusterDomain: {{ .Values.clusterDomain | quote }} is no DNS domain. Write it without dots at its ends, such as cluster.local.
{{- end }}
{{- end -}}
