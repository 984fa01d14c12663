{{- /* Images. */ -}}

{{- /* Argument: dict root, image (registry, repository, tag, digest). */ -}}
{{- define "bowline.imageRef" -}}
{{- $registry := .image.registry -}}
{{- $repository := .image.repository -}}
{{- with (.root.Values.global).imageRegistry -}}
{{- $registry = . -}}
{{- $repository = regexReplaceAll "^(localhost|[^/]*[.:][^/]*)/" $repository "" -}}
{{- end -}}
{{- with $registry }}{{ . }}/{{ end -}}
{{ $repository }}
{{- if .image.digest }}@{{ .image.digest }}{{ else }}:{{ .image.tag }}{{ end -}}
{{- end -}}

{{- /* Defaults of the engine's image as YAML. Argument: the root. */ -}}
{{- define "bowline.engineImageDefaults" -}}
registry: docker.io
{{- if eq .Values.engine "valkey" }}
repository: valkey/valkey
tag: "9.1"
{{- else }}
repository: library/redis
tag: "8.6"
{{- end }}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.engineImage" -}}
{{- $given := dict -}}
{{- range $key, $value := .Values.image }}{{ if $value }}{{ $given = set $given $key $value }}{{ end }}{{ end -}}
{{- $image := merge dict $given (include "bowline.engineImageDefaults" . | fromYaml) -}}
{{- include "bowline.imageRef" (dict "root" . "image" $image) -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.toolkitImage" -}}
{{- include "bowline.imageRef" (dict "root" . "image" .Values.toolkit.image) -}}
{{- end -}}

{{- /* The block "imagePullSecrets:", or nothing; both lists take `- name: x` as well as `- x`. Argument: the root. */ -}}
{{- define "bowline.imagePullSecrets" -}}
{{- $names := list -}}
{{- range concat (.Values.imagePullSecrets | default list) ((.Values.global).imagePullSecrets | default list) -}}
{{- $name := . -}}
{{- if kindIs "map" . }}{{ $name = .name }}{{ end -}}
{{- $names = append $names (include "bowline.text" $name) -}}
{{- end -}}
{{- with uniq $names -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end -}}
{{- end -}}
