{{- /* The pod of a member. */ -}}

{{- /* One HTTP probe. Argument: dict path, probe (numbers). */ -}}
{{- define "redis.probe" -}}
httpGet: {path: {{ .path }}, port: http}
{{ toYaml .probe }}
{{- end -}}

{{- /* The engine's container. Argument: the root. */ -}}
{{- define "redis.serverContainer" -}}
name: server
image: {{ include "redis.engineImage" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
command: ["/opt/bowline/bowline", "run", "server"]
{{- with .Values.extraArgs }}
args:
  {{- toYaml (concat (list "--") .) | nindent 2 }}
{{- end }}
env:
  {{- include "redis.podEnv" nil | nindent 2 }}
  {{- with .Values.extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .Values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
ports:
  - {name: client, containerPort: {{ .Values.ports.client }}, protocol: TCP}
  - {name: bus, containerPort: {{ .Values.ports.bus }}, protocol: TCP}
  - {name: http, containerPort: {{ .Values.ports.http }}, protocol: TCP}
lifecycle:
  preStop:
    exec:
      command: ["/opt/bowline/bowline", "prestop"]
startupProbe:
  {{- include "redis.probe" (dict "path" "/startup" "probe" .Values.probes.startup) | nindent 2 }}
livenessProbe:
  {{- include "redis.probe" (dict "path" "/live" "probe" .Values.probes.liveness) | nindent 2 }}
readinessProbe:
  {{- include "redis.probe" (dict "path" "/ready" "probe" .Values.probes.readiness) | nindent 2 }}
{{- with .Values.resources.server }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
terminationMessagePolicy: FallbackToLogsOnError
securityContext:
  {{- toYaml .Values.containerSecurityContext | nindent 2 }}
volumeMounts:
  {{- include "redis.memberMounts" (dict "root" . "binReadOnly" true) | nindent 2 }}
  {{- if .Values.rbac.create }}
  {{- include "redis.tokenMount" nil | nindent 2 }}
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end -}}

{{- /* The pod spec of a member. Nothing in it depends on the number of shards or replicas. Argument: dict root, shard. */ -}}
{{- define "redis.memberSpec" -}}
{{- $v := .root.Values -}}
{{ include "redis.podBase" (dict "root" .root "serviceAccountName" (include "redis.serviceAccountName" .root)) }}
terminationGracePeriodSeconds: {{ $v.terminationGracePeriodSeconds }}
{{- range $field := list "priorityClassName" "runtimeClassName" "schedulerName" }}
{{- with get $v $field }}
{{ $field }}: {{ . | quote }}
{{- end }}
{{- end }}
{{- with include "redis.placement" . }}
{{ . }}
{{- end }}
initContainers:
  - {{ include "redis.toolkitContainer" (dict "root" .root "name" "init" "resources" $v.resources.init
        "args" (list "init" "--install-to" "/opt/bowline")) | nindent 4 | trim }}
    volumeMounts:
      {{- include "redis.memberMounts" (dict "root" .root "binReadOnly" false) | nindent 6 }}
  {{- with $v.extraInitContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
containers:
  - {{ include "redis.serverContainer" .root | nindent 4 | trim }}
  {{- with $v.extraContainers }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
volumes:
  {{- include "redis.memberVolumes" .root | nindent 2 }}
{{- end -}}
