{{- /* Engine versions, checked against the annotations in Chart.yaml. */ -}}

{{- /* Version at the beginning of image.tag, as YAML {major, minor}; {} when the tag or a digest does not tell. Argument: the root. */ -}}
{{- define "bowline.engineVersion" -}}
{{- $tag := toString (.Values.image.tag | default (include "bowline.engineImageDefaults" . | fromYaml).tag) -}}
{{- $version := regexFind "^[0-9]+([.][0-9]+)?" $tag -}}
{{- if and $version (not (and .Values.image.digest (not .Values.image.tag))) -}}
{{- $parts := splitList "." $version -}}
{major: {{ first $parts }}, minor: {{ len $parts | eq 1 | ternary 999 (last $parts) }}}
{{- else -}}
{}
{{- end -}}
{{- end -}}

{{- /* "below", "above" or "newer" than the range, or nothing. Argument: the root. */ -}}
{{- define "bowline.engineVersionVerdict" -}}
{{- $min := splitList "." (index .Chart.Annotations (printf "bowline/%s-min" .Values.engine)) -}}
{{- $max := splitList "." (index .Chart.Annotations (printf "bowline/%s-max" .Values.engine)) -}}
{{- with include "bowline.engineVersion" . | fromYaml -}}
{{- $value := add (mul 1000 .major) .minor -}}
{{- if lt $value (add (mul 1000 (first $min)) (last $min)) -}}
below
{{- else if gt (int .major) (int (first $max)) -}}
above
{{- else if and (ne (int .minor) 999) (gt $value (add (mul 1000 (first $max)) (last $max))) -}}
newer
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.engineVersionWarning" -}}
{{- if not (include "bowline.engineVersion" . | fromYaml) -}}
image: the engine's version cannot be read from the tag {{ .Values.image.tag | quote }}, so it was not checked.
{{- else if eq (include "bowline.engineVersionVerdict" .) "newer" -}}
image.tag: this chart was made for {{ .Values.engine }} up to {{ index .Chart.Annotations (printf "bowline/%s-max" .Values.engine) }}.
{{- end -}}
{{- end -}}
