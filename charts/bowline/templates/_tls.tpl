{{- /* TLS: which listeners there are, the Secret with the certificate, and what the members are told. */ -}}

{{- /* offer, prefer or require; empty: no TLS. YAML reads an unquoted off as false. Argument: the root. */ -}}
{{- define "bowline.tlsMode" -}}
{{- if not (has (toString .Values.tls.mode) (list "off" "false")) }}{{ .Values.tls.mode }}{{ end -}}
{{- end -}}

{{- /*
Names of the ports at which clients find one kind of member, as JSON: the plain one, then that of TLS. Argument: dict root, component.
*/ -}}
{{- define "bowline.clientPortNames" -}}
{{- $mode := include "bowline.tlsMode" .root -}}
{{- $names := eq .component "sentinel" | ternary (list "sentinel" "sentinel-tls") (list "client" "tls") -}}
{{- if not $mode }}{{ $names = initial $names }}{{ else if eq $mode "require" }}{{ $names = rest $names }}{{ end -}}
{{- toJson $names -}}
{{- end -}}

{{- /* Number of a port of the pods by its name. Argument: dict root, name. */ -}}
{{- define "bowline.portNumber" -}}
{{- get .root.Values.ports (eq .name "sentinel-tls" | ternary "sentinelTls" .name) | int64 -}}
{{- end -}}

{{- /* "true" when the members use TLS among themselves, and TLS is what clients are told of first. Argument: the root. */ -}}
{{- define "bowline.tlsFirst" -}}
{{- if has (include "bowline.tlsMode" .) (list "prefer" "require") }}true{{ end -}}
{{- end -}}

{{- /* Number of the port at which members reach one kind of member. Argument: dict root, component. */ -}}
{{- define "bowline.membersPort" -}}
{{- $names := include "bowline.clientPortNames" . | fromJsonArray -}}
{{- include "bowline.portNumber" (dict "root" .root "name" (eq "true" (include "bowline.tlsFirst" .root) | ternary (last $names) (first $names))) -}}
{{- end -}}

{{- /* Number of the other listener of that kind of member; 0: there is none. Argument: dict root, component. */ -}}
{{- define "bowline.otherPort" -}}
{{- $names := include "bowline.clientPortNames" . | fromJsonArray -}}
{{- if and (gt (len $names) 1) (has .component (include "bowline.components" .root | fromYamlArray)) -}}
{{- include "bowline.portNumber" (dict "root" .root "name" (eq "true" (include "bowline.tlsFirst" .root) | ternary (first $names) (last $names))) -}}
{{- else -}}
0
{{- end -}}
{{- end -}}

{{- /* What bowline.json says of TLS, as JSON; empty: nothing. Argument: the root. */ -}}
{{- define "bowline.tlsJson" -}}
{{- with include "bowline.tlsMode" . -}}
{{- toJson (dict "mode" . "directory" "/etc/bowline-tls" "clientCertificates" $.Values.tls.clientCertificates
      "otherClientPort" (include "bowline.otherPort" (dict "root" $ "component" "server") | int)
      "otherSentinelPort" (include "bowline.otherPort" (dict "root" $ "component" "sentinel") | int)) -}}
{{- end -}}
{{- end -}}

{{- /* "true" when cert-manager makes the certificate. Argument: the root. */ -}}
{{- define "bowline.makesCertificate" -}}
{{- if and (include "bowline.tlsMode" .) (.Values.tls.certManager.issuerRef).name }}true{{ end -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.tlsSecretName" -}}
{{- eq "true" (include "bowline.makesCertificate" .) | ternary (printf "%s-tls" (include "bowline.baseName" .)) .Values.tls.existingSecret -}}
{{- end -}}

{{- /* The Secret in the pods; empty without TLS. Mounted as a whole, so that a renewed certificate arrives. Argument: the root. */ -}}
{{- define "bowline.tlsVolumes" -}}
{{- if include "bowline.tlsMode" . -}}
- name: tls
  secret:
    secretName: {{ include "bowline.tlsSecretName" . | quote }}
    defaultMode: 0440
{{- end -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.tlsMounts" -}}
{{- if include "bowline.tlsMode" . -}}
- name: tls
  mountPath: /etc/bowline-tls
  readOnly: true
{{- end -}}
{{- end -}}

{{- /*
Names in the certificate: of the Services for clients in all their forms, of the members, whose names are those of their Services, and of
the pod itself. As YAML. Argument: the root.
*/ -}}
{{- define "bowline.certificateNames" -}}
{{- $base := include "bowline.baseName" . -}}
{{- $namespace := include "bowline.namespace" . -}}
{{- $services := list (include "bowline.clientServiceName" .) (printf "%s-headless" $base) -}}
{{- if eq .Values.mode "sentinel" -}}
{{- $services = append $services (printf "%s-replicas" $base) -}}
{{- $services = append $services (include "bowline.componentName" (dict "root" . "component" "sentinel")) -}}
{{- end -}}
{{- $names := list -}}
{{- range $services -}}
{{- $names = concat $names (list . (printf "%s.%s" . $namespace) (printf "%s.%s.svc" . $namespace)
      (include "bowline.host" (dict "root" $ "name" .))) -}}
{{- end -}}
{{- range include "bowline.memberPods" . | fromYamlArray -}}
{{- $names = append $names (include "bowline.host" (dict "root" $ "name" .)) -}}
{{- end -}}
{{- toYaml (concat $names (list "localhost") (.Values.tls.certManager.dnsNames | default list) | uniq) -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.tlsWarning" -}}
{{- if eq (include "bowline.tlsMode" .) "offer" }}
- tls.mode is offer: the members talk to each other, and copy the data, without TLS; only clients may use it.
{{- end }}
{{- end -}}
