{{- /* The gate's trial of the engine: its containers, and what is left out. */ -}}

{{- /* A file of the servers that the Job's pod does not have, because only extraVolumeMounts has it; or nothing. Argument: the root. */ -}}
{{- define "bowline.untriedFile" -}}
{{- $tried := print (include "bowline.engineConf" .) "\n" (join "\n" .Values.extraArgs) -}}
{{- range .Values.extraVolumeMounts }}{{ if contains .mountPath $tried }}{{ .mountPath }} {{ end }}{{ end -}}
{{- if contains "$(" (join " " .Values.extraArgs) }}$( {{ end -}}
{{- end -}}

{{- /* "true" when the gate starts the engine with its directives. Argument: the root. */ -}}
{{- define "bowline.triesEngine" -}}
{{- if and (eq true .Values.upgrade.tryEngine) (not (include "bowline.untriedFile" .)) }}true{{ end -}}
{{- end -}}

{{- /* sentinel.conf without lines about files that only the sentinels' extraVolumeMounts have. Argument: the root. */ -}}
{{- define "bowline.triedSentinelConf" -}}
{{- $mounts := .Values.sentinel.extraVolumeMounts -}}
{{- $lines := list -}}
{{- range $line := include "bowline.sentinelConf" . | splitList "\n" -}}
{{- $here := true -}}
{{- range $mounts }}{{ if contains .mountPath $line }}{{ $here = false }}{{ end }}{{ end -}}
{{- if $here }}{{ $lines = append $lines $line }}{{ end -}}
{{- end -}}
{{- join "\n" $lines -}}
{{- end -}}

{{- /* The containers that try the engine: one that brings bowline into the pod, and one of the engine's image. Argument: the root. */ -}}
{{- define "bowline.gateInstall" -}}
{{ include "bowline.toolkitContainer" (dict "root" . "name" "install" "resources" .Values.resources.job
     "args" (list "install" "--to" "/opt/bowline")) }}
volumeMounts:
  - name: bin
    mountPath: /opt/bowline
{{- end -}}

{{- define "bowline.gateEngine" -}}
name: engine
image: {{ include "bowline.engineImage" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
command: ["/opt/bowline/bowline", "engine-check", "--data", "/run/bowline"]
{{- with .Values.extraArgs }}
args:
  {{- toYaml (concat (list "--") .) | nindent 2 }}
{{- end }}
env:
  {{- include "bowline.podEnv" nil | nindent 2 }}
{{- with .Values.resources.job }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
terminationMessagePolicy: FallbackToLogsOnError
{{- with .Values.containerSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  - name: bin
    mountPath: /opt/bowline
    readOnly: true
  - name: declared
    mountPath: /etc/bowline
    readOnly: true
  - name: run
    mountPath: /run/bowline
{{- end -}}

{{- /*
Seconds after which the pod ends by itself, in spite of a container that cannot be started: its log stays, which that of a Job that is
over time does not. The gate gives its reason before: after 20 s about an API server that is away, after 40 s at most; the rest is for the pull of its image. Argument: the root.
*/ -}}
{{- define "bowline.gatePodSeconds" -}}
{{- min 55 (sub (int64 .Values.upgrade.job.activeDeadlineSeconds) 5) -}}
{{- end -}}
