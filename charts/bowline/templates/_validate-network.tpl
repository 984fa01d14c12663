{{- /* Rules about the network; see _validate.tpl. */ -}}

{{- /* Rules about a Service for clients. Argument: dict path, values. */ -}}
{{- define "bowline.validate.service" -}}
{{- $path := .path }}
{{- with .values }}
{{- if or (lt (int .nodePort) 0) (gt (int .nodePort) 65535) }}
¶ {{ $path }}.nodePort: {{ .nodePort }} is no port. Use 0 to let Kubernetes choose, or a port of the cluster's node port range.
{{- end }}
{{- if and (eq .type "ClusterIP") (ne (int .nodePort) 0) }}
¶ {{ $path }}.nodePort: a Service of type ClusterIP has none. Set it to 0, or {{ $path }}.type to NodePort or LoadBalancer.
{{- end }}
{{- if and (eq .type "ClusterIP") .externalTrafficPolicy }}
¶ {{ $path }}.externalTrafficPolicy: a Service of type ClusterIP has none. Remove it, or set {{ $path }}.type to NodePort or LoadBalancer.
{{- end }}
{{- if and (ne .type "LoadBalancer") (or .loadBalancerClass .loadBalancerSourceRanges) }}
¶ {{ $path }}.loadBalancerClass, {{ $path }}.loadBalancerSourceRanges: they need {{ $path }}.type LoadBalancer. Remove them or change the type.
{{- end }}
{{- range .loadBalancerSourceRanges }}
{{- if not (or (regexMatch "^([0-9]{1,3}[.]){3}[0-9]{1,3}/([0-9]|[12][0-9]|3[0-2])$" .) (regexMatch "^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*/[0-9]{1,3}$" .)) }}
¶ {{ $path }}.loadBalancerSourceRanges: {{ quote . }} is no range of addresses. Write an address, a slash and a number of bits, such as
10.0.0.0/8.
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "bowline.validate.network" -}}
{{- $seen := dict }}
{{- $unused := dict "cluster" (list "sentinel") "sentinel" (list "bus") "standalone" (list "bus" "sentinel") }}
{{- $unused = concat (get $unused .Values.mode) (include "bowline.unusedTlsPorts" . | fromJsonArray) }}
{{- range $name, $port := .Values.ports }}
{{- if not (has $name $unused) }}
{{- if or (lt (int $port) 1) (gt (int $port) 65535) }}
¶ ports.{{ $name }}: {{ $port }} is no port. Use 1 to 65535.
{{- end }}
{{- if hasKey $seen (toString $port) }}
¶ ports.{{ $name }}: {{ $port }} is also ports.{{ get $seen (toString $port) }}. Give each its own port.
{{- end }}
{{- $seen = set $seen (toString $port) $name }}
{{- end }}
{{- end }}
{{- if or (lt (int .Values.service.port) 1) (gt (int .Values.service.port) 65535) }}
¶ service.port: {{ .Values.service.port }} is no port. Use 1 to 65535.
{{- end }}
{{- range $path := list "service" "replicasService" "sentinelService" }}
{{- include "bowline.validate.service" (dict "path" $path "values" (get $.Values $path)) }}
{{- end }}
{{- with .Values.networkPolicy }}
{{- range $name, $rules := .limitEgress | ternary dict (dict "extraEgress" .extraEgress "apiServer.to" .apiServer.to) }}
{{- if $rules }}
¶ networkPolicy.{{ $name }}: without networkPolicy.limitEgress connections from members are not limited. Set that to true, or remove
the rules.
{{- end }}
{{- end }}
{{- end }}
{{- $families := .Values.ipFamilies | default list }}
{{- if or (ne (len $families) (len (uniq $families))) (gt (len $families) 2) }}
¶ ipFamilies: {{ join ", " $families }} names a family twice. Name IPv4, IPv6 or both once.
{{- else if and (gt (len $families) 1) (not (has .Values.ipFamilyPolicy (list "PreferDualStack" "RequireDualStack"))) }}
¶ ipFamilyPolicy: two ipFamilies need PreferDualStack or RequireDualStack. Set one of them, or name one family.
{{- end }}
{{- end -}}
