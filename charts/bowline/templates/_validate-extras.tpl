{{- /* Rules about additions and placement; see _validate.tpl. */ -}}

{{- /* Names in a list of maps that are the chart's own. Argument: dict path, items, own. */ -}}
{{- define "bowline.validate.ownNames" -}}
{{- range .items }}
{{- if has .name $.own }}
¶ {{ $.path }}: the name {{ .name | quote }} is the chart's own. Use another one.
{{- end }}
{{- end }}
{{- end -}}

{{- define "bowline.validate.extras" -}}
{{- $v := .Values }}
{{- $containers := list "init" "server" }}
{{- include "bowline.validate.ownNames" (dict "path" "extraVolumes" "items" $v.extraVolumes
      "own" (list "bin" "run" "data" "config" "auth" "token")) }}
{{- include "bowline.validate.ownNames" (dict "path" "extraContainers" "items" $v.extraContainers "own" $containers) }}
{{- include "bowline.validate.ownNames" (dict "path" "extraInitContainers" "items" $v.extraInitContainers "own" $containers) }}
{{- include "bowline.validate.ownNames" (dict "path" "extraEnv" "items" $v.extraEnv
      "own" (list "POD_NAME" "POD_NAMESPACE" "POD_UID" "POD_IP" "NODE_NAME" "POD_REVISION")) }}
{{- range $v.extraVolumeMounts }}
{{- if has (toString .mountPath | trimSuffix "/") (list "/opt/bowline" "/run/bowline" "/data" "/etc/bowline" "/etc/bowline-secret"
      "/var/run/secrets/kubernetes.io/serviceaccount") }}
¶ extraVolumeMounts: {{ .mountPath }} is the chart's own. Mount it elsewhere.
{{- end }}
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
{{- range .Values.topologySpreadConstraints }}
{{- if has (printf "%s %s" .topologyKey .whenUnsatisfiable) $own }}
¶ topologySpreadConstraints: the chart already has a constraint with {{ .topologyKey }} and {{ .whenUnsatisfiable }}, and Kubernetes
takes only one. Set spread.nodes or spread.zones to none, or change yours.
{{- end }}
{{- end }}
{{- end -}}
