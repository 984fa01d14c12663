{{- /* Rules about TLS; see _validate.tpl. */ -}}

{{- /* Names of values below `ports` that nothing listens at because of tls.mode, as JSON. Argument: the root. */ -}}
{{- define "bowline.unusedTlsPorts" -}}
{{- $mode := include "bowline.tlsMode" . -}}
{{- $unused := eq .Values.mode "sentinel" | ternary list (list "sentinelTls") -}}
{{- if not $mode }}{{ $unused = list "tls" "sentinelTls" }}{{ else if eq $mode "require" }}{{ $unused = concat $unused (list "client" "sentinel") }}{{ end -}}
{{- toJson $unused -}}
{{- end -}}

{{- /* "true" for a directive about TLS that follows from tls.*, and does not only tune it. Argument: dict root, name. */ -}}
{{- define "bowline.isOwnedTls" -}}
{{- $name := lower .name -}}
{{- if and (include "bowline.tlsMode" .root) (or (hasPrefix "tls-" $name) (eq $name "cluster-preferred-endpoint-type")) (not (has $name (list "tls-ciphers" "tls-ciphersuites" "tls-protocols"
      "tls-prefer-server-ciphers" "tls-session-caching" "tls-session-cache-size" "tls-session-cache-timeout" "tls-dh-params-file"))) }}true{{ end -}}
{{- end -}}

{{- /* Where a user should go instead. Argument: dict name (of such a directive), port (the value of its port). */ -}}
{{- define "bowline.ownedTlsRemedy" -}}
{{- if eq .name "tls-port" -}} Set tls.mode, and {{ .port }} for the port.
{{- else if eq .name "cluster-preferred-endpoint-type" }} Remove it: with TLS clients are told names, which they verify.
{{- else if has .name (list "tls-replication" "tls-cluster") -}} Set tls.mode to prefer or require.
{{- else if hasPrefix "tls-auth-clients" .name -}} Set tls.clientCertificates.
{{- else if regexMatch "-(file|dir)$" .name -}} The files are those of tls.existingSecret, or of the Secret that cert-manager makes.
{{- else -}} See the values below tls.
{{- end -}}
{{- end -}}

{{- define "bowline.validate.tls" -}}
{{- $tls := .Values.tls }}
{{- $mode := include "bowline.tlsMode" . }}
{{- $issuer := $tls.certManager.issuerRef | default dict }}
{{- if and $issuer (not $issuer.name) }}
¶ tls.certManager.issuerRef: it has no name. Name an Issuer, or with kind ClusterIssuer one of the whole cluster, or remove it.
{{- end }}
{{- if not $mode }}
{{- range $path, $given := dict "existingSecret" $tls.existingSecret "certManager.issuerRef" $issuer "certManager.dnsNames" $tls.certManager.dnsNames
      "certManager.ipAddresses" $tls.certManager.ipAddresses
      "clientCertificates" (ne $tls.clientCertificates "ignored") }}
{{- if $given }}
¶ tls.{{ $path }}: it is given although tls.mode is off. Set tls.mode to offer, prefer or require, or remove it.
{{- end }}
{{- end }}
{{- else }}
{{- if and $tls.existingSecret $issuer.name }}
¶ tls.existingSecret: tls.certManager.issuerRef.name is given, too. Leave one of them: a Secret of yours, or an issuer for one that
cert-manager makes.
{{- else if not (or $tls.existingSecret $issuer.name) }}
¶ tls.mode: {{ $mode }} needs a certificate. Set tls.existingSecret to a Secret with tls.crt, tls.key and ca.crt, or
tls.certManager.issuerRef.name to an issuer of cert-manager.
{{- end }}
{{- if and $tls.existingSecret (not (regexMatch "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$" $tls.existingSecret)) }}
¶ tls.existingSecret: {{ $tls.existingSecret | quote }} is no name of a Secret. Write the name of a Secret in the release's namespace.
{{- end }}
{{- range $field := list "dnsNames" "ipAddresses" }}
{{- if and (get $tls.certManager $field) (not $issuer.name) }}
¶ tls.certManager.{{ $field }}: no certificate is made that could have them. Put them into the certificate of tls.existingSecret, and remove
them here.
{{- end }}
{{- end }}
{{- include "bowline.validate.tlsPort" . }}
{{- if $issuer.name }}{{ include "bowline.validate.certificate" . }}{{ end }}
{{- end }}
{{- end -}}

{{- /* The port of the Services for clients. Argument: the root. */ -}}
{{- define "bowline.validate.tlsPort" -}}
{{- with .Values.service }}
{{- if or (lt (int .tlsPort) 1) (gt (int .tlsPort) 65535) }}
¶ service.tlsPort: {{ .tlsPort }} is no port. Use 1 to 65535.
{{- else if and (eq (int .tlsPort) (int .port)) (ne (include "bowline.tlsMode" $) "require") }}
¶ service.tlsPort: {{ .tlsPort }} is also service.port. Give each its own port; only with tls.mode require they may be the same.
{{- end }}
{{- end }}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.validate.certificate" -}}
{{- if not (.Capabilities.APIVersions.Has "cert-manager.io/v1/Certificate") }}
¶ tls.certManager.issuerRef: this Kubernetes does not know the kind Certificate of cert-manager.io/v1. Install cert-manager first, or set
tls.existingSecret instead. helm template asks no Kubernetes: it needs --api-versions cert-manager.io/v1/Certificate.
{{- end }}
{{- $members := include "bowline.memberPods" . | fromYamlArray | len }}
{{- if gt $members 200 }}
¶ tls.certManager.issuerRef: a certificate with the names of {{ $members }} members is too large; 200 is the most. Set tls.existingSecret to a
Secret whose certificate is for {{ include "bowline.host" (dict "root" . "name" "*") }}.
{{- end }}
{{- with .Values.tls.certManager }}
{{- if and (regexMatch "^[0-9]+h$" .duration) (regexMatch "^[0-9]+h$" .renewBefore) }}
{{- if ge (trimSuffix "h" .renewBefore | int64) (trimSuffix "h" .duration | int64) }}
¶ tls.certManager.renewBefore: {{ .renewBefore }} is not below tls.certManager.duration ({{ .duration }}): the certificate would be renewed all
the time. Set it to a third of that.
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
