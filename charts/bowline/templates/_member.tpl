{{- /* The pod of a member. A group is described in _statefulset.tpl. */ -}}

{{- /* One HTTP probe. Argument: dict path, probe (numbers). */ -}}
{{- define "bowline.probe" -}}
httpGet: {path: {{ .path }}, port: http}
{{ toYaml .probe }}
{{- end -}}

{{- /* The engine's container. Argument: a group. */ -}}
{{- define "bowline.memberContainer" -}}
{{- $v := .root.Values -}}
{{- $root := .root -}}
{{- $extra := include "bowline.additions" . | fromYaml -}}
name: {{ .component }}
image: {{ include "bowline.engineImage" .root | quote }}
imagePullPolicy: {{ $v.image.pullPolicy }}
{{- $held := include "bowline.heldFlags" .root | fromJsonArray }}
{{- if $held }}
command: ["/opt/bowline/bowline", "hold"{{ range $held }}, {{ . | quote }}{{ end }}]
{{- else }}
command: ["/opt/bowline/bowline", "run", {{ .component | quote }}]
{{- end }}
{{- with $extra.extraArgs }}
args:
  {{- toYaml (concat (list "--") .) | nindent 2 }}
{{- end }}
env:
  {{- include "bowline.podEnv" nil | nindent 2 }}
  {{- with $extra.extraEnv }}
  {{- include "bowline.env" . | nindent 2 }}
  {{- end }}
{{- with $extra.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  {{- range append (include "bowline.memberPortNames" . | fromYamlArray) "http" }}
  - {name: {{ . }}, containerPort: {{ include "bowline.portNumber" (dict "root" $root "name" .) }}, protocol: TCP}
  {{- end }}
lifecycle:
  preStop:
    exec:
      command: ["/opt/bowline/bowline", "prestop"{{ range $held }}, {{ . | quote }}{{ end }}]
startupProbe:
  {{- include "bowline.probe" (dict "path" "/startup" "probe" $v.probes.startup) | nindent 2 }}
livenessProbe:
  {{- include "bowline.probe" (dict "path" "/live" "probe" $v.probes.liveness) | nindent 2 }}
readinessProbe:
  {{- include "bowline.probe" (dict "path" "/ready" "probe" $v.probes.readiness) | nindent 2 }}
{{- with eq .component "server" | ternary $v.resources.server $v.resources.sentinel }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
terminationMessagePolicy: FallbackToLogsOnError
{{- with $v.containerSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  {{- include "bowline.memberMounts" (dict "root" .root "binReadOnly" true) | nindent 2 }}
  {{- if $v.rbac.create }}
  {{- include "bowline.tokenMount" nil | nindent 2 }}
  {{- end }}
  {{- with $extra.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- /* The pod spec of a member. Nothing in it depends on the number of members. Argument: a group. */ -}}
{{- define "bowline.memberSpec" -}}
{{- $v := .root.Values -}}
{{- $extra := include "bowline.additions" . | fromYaml -}}
{{ include "bowline.podBase" (dict "root" .root "component" .component "serviceAccountName" (include "bowline.accountName" .root)) }}
terminationGracePeriodSeconds: {{ int64 $v.terminationGracePeriodSeconds }}
{{- range $field := list "priorityClassName" "runtimeClassName" "schedulerName" "dnsPolicy" }}
{{- with (include "bowline.setting" (dict "group" $ "name" $field) | fromYaml).value }}
{{ $field }}: {{ . | quote }}
{{- end }}
{{- end }}
{{- if $v.shareProcessNamespace }}
shareProcessNamespace: true
{{- end }}
{{- range $field := list "hostAliases" "dnsConfig" }}
{{- with get $v $field }}
{{ $field }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- with include "bowline.placement" . }}
{{ . }}
{{- end }}
initContainers:
  - {{ include "bowline.toolkitContainer" (dict "root" .root "name" "init" "resources" $v.resources.init
        "args" (concat (list "init" "--install-to" "/opt/bowline") (include "bowline.heldFlags" .root | fromJsonArray))) | nindent 4 | trim }}
    volumeMounts:
      {{- include "bowline.memberMounts" (dict "root" .root "binReadOnly" false) | nindent 6 }}
  {{- with $extra.extraInitContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
containers:
  - {{ include "bowline.memberContainer" . | nindent 4 | trim }}
  {{- with $extra.extraContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
volumes:
  {{- include "bowline.memberVolumes" . | nindent 2 }}
  {{- with $extra.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}
