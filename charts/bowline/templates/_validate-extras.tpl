{{- /* Rules about additions and placement; see _validate.tpl. */ -}}

{{- /* Names in a list of maps that are the chart's own. Argument: dict path, items, own. */ -}}
{{- define "bowline.validate.ownNames" -}}
{{- range .items }}
{{- if has .name $.own }}
¶ {{ $.path }}: the name {{ .name | quote }} is the chart's own. Use another one.
{{- end }}
{{- end }}
{{- end -}}

{{- /* The additions to one kind of pod. Argument: dict path, values, component, tls (its mode). */ -}}
{{- define "bowline.validate.additions" -}}
{{- $containers := list "init" .component }}
{{- $volumes := list "bin" "run" "data" "config" "auth" "token" }}
{{- $mounts := list "/opt/bowline" "/run/bowline" "/data" "/etc/bowline" "/etc/bowline-secret" "/var/run/secrets/kubernetes.io/serviceaccount" }}
{{- if .tls }}
{{- $volumes = append $volumes "tls" }}
{{- $mounts = append $mounts "/etc/bowline-tls" }}
{{- end }}
{{- range $name, $own := dict "extraVolumes" $volumes
      "extraContainers" $containers "extraInitContainers" $containers
      "extraEnv" (list "POD_NAME" "POD_NAMESPACE" "POD_UID" "POD_IP" "NODE_NAME" "POD_REVISION") }}
{{- include "bowline.validate.ownNames" (dict "path" (print $.path $name) "items" (get $.values $name | default list) "own" $own) }}
{{- end }}
{{- range .values.extraVolumeMounts }}
{{- if has (toString .mountPath | trimSuffix "/") $mounts }}
¶ {{ $.path }}extraVolumeMounts: {{ .mountPath }} is the chart's own. Mount it elsewhere.
{{- end }}
{{- end }}
{{- end -}}

{{- define "bowline.validate.extras" -}}
{{- $v := .Values }}
{{- include "bowline.validate.additions" (dict "path" "" "values" $v "component" "server" "tls" (include "bowline.tlsMode" .)) }}
{{- if eq $v.mode "sentinel" }}
{{- include "bowline.validate.additions" (dict "path" "sentinel." "values" $v.sentinel "component" "sentinel" "tls" (include "bowline.tlsMode" .)) }}
{{- end }}
{{- range $v.extraArgs }}
{{- $name := trimPrefix "--" . | splitList " " | first }}
{{- if and (hasPrefix "--" .) (include "bowline.isOwnedDirective" (dict "root" $ "name" $name)) }}
¶ extraArgs: bowline decides {{ . | quote }} itself. {{ include "bowline.ownedDirectiveRemedy" $name }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "bowline.validate.placement" -}}
{{- $own := list }}
{{- range include "bowline.spreadConstraints" (dict "root" . "component" "server") | fromYamlArray }}
{{- $own = append $own (printf "%s %s" .topologyKey .whenUnsatisfiable) }}
{{- end }}
{{- range $path, $constraints := dict "" .Values.topologySpreadConstraints "sentinel." .Values.sentinel.topologySpreadConstraints }}
{{- range $constraints }}
{{- if has (printf "%s %s" .topologyKey .whenUnsatisfiable) $own }}
¶ {{ $path }}topologySpreadConstraints: the chart already has a constraint with {{ .topologyKey }} and {{ .whenUnsatisfiable }}, and
Kubernetes takes only one. Set spread.nodes or spread.zones to none, or change yours.
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
