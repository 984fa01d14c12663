{{- /* Rules about names and the network; see _validate.tpl. */ -}}

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
{{- if not (regexMatch "^[a-z0-9]([-a-z0-9]*[a-z0-9])?([.][a-z0-9]([-a-z0-9]*[a-z0-9])?)*$" .Values.clusterDomain) }}
¶ clusterDomain: {{ .Values.clusterDomain | quote }} is no DNS domain. Write it without dots at its ends, such as cluster.local.
{{- end }}
{{- end -}}

{{- define "bowline.validate.network" -}}
{{- $seen := dict }}
{{- range $name, $port := omit .Values.ports (eq .Values.mode "cluster" | ternary "sentinel" "bus") }}
{{- if or (lt (int $port) 1) (gt (int $port) 65535) }}
¶ ports.{{ $name }}: {{ $port }} is no port. Use 1 to 65535.
{{- end }}
{{- if hasKey $seen (toString $port) }}
¶ ports.{{ $name }}: {{ $port }} is also ports.{{ get $seen (toString $port) }}. Give each its own port.
{{- end }}
{{- $seen = set $seen (toString $port) $name }}
{{- end }}
{{- with .Values.service }}
{{- if or (lt (int .port) 1) (gt (int .port) 65535) }}
¶ service.port: {{ .port }} is no port. Use 1 to 65535.
{{- end }}
{{- if or (lt (int .nodePort) 0) (gt (int .nodePort) 65535) }}
¶ service.nodePort: {{ .nodePort }} is no port. Use 0 to let Kubernetes choose, or a port of the cluster's node port range.
{{- end }}
{{- if and (eq .type "ClusterIP") (ne (int .nodePort) 0) }}
¶ service.nodePort: a Service of type ClusterIP has none. Set it to 0, or service.type to NodePort or LoadBalancer.
{{- end }}
{{- if and (ne .type "LoadBalancer") (or .loadBalancerClass .loadBalancerSourceRanges) }}
¶ service.loadBalancerClass, service.loadBalancerSourceRanges: they need service.type LoadBalancer. Remove them or change the type.
{{- end }}
{{- end }}
{{- range .Values.service.loadBalancerSourceRanges }}
{{- if not (or (regexMatch "^([0-9]{1,3}[.]){3}[0-9]{1,3}/([0-9]|[12][0-9]|3[0-2])$" .) (regexMatch "^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/[0-9]{1,3}$" .)) }}
¶ service.loadBalancerSourceRanges: {{ quote . }} is no range of addresses. Write an address, a slash and a number of bits, such as
10.0.0.0/8.
{{- end }}
{{- end }}
{{- $families := .Values.ipFamilies | default list }}
{{- if or (ne (len $families) (len (uniq $families))) (gt (len $families) 2) }}
¶ ipFamilies: {{ join ", " $families }} names a family twice. Name IPv4, IPv6 or both once.
{{- else if and (gt (len $families) 1) (not (has .Values.ipFamilyPolicy (list "PreferDualStack" "RequireDualStack"))) }}
¶ ipFamilyPolicy: two ipFamilies need PreferDualStack or RequireDualStack. Set one of them, or name one family.
{{- end }}
{{- end -}}
