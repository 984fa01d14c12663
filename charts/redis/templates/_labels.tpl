{{- /*
Labels. Immutable after the first install: the selectors of StatefulSets, the labels of volume claim templates (both use
redis.selectorLabels alone). Never put a version, a chart name or common labels there: an upgrade would be refused.
*/ -}}

{{- /* Argument: dict root, component (server, sentinel, job, test), optional shard. */ -}}
{{- define "redis.selectorLabels" -}}
app.kubernetes.io/name: {{ include "redis.name" .root | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component | quote }}
{{- if hasKey . "shard" }}
bowline/shard: {{ .shard | quote }}
{{- end }}
{{- end -}}

{{- /* Labels of objects. Argument as above. */ -}}
{{- define "redis.labels" -}}
{{ include "redis.selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service | quote }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name (.root.Chart.Version | replace "+" "_") | quote }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- /* Labels of pods: no versions, so that an upgrade of the chart alone does not restart the members. Argument as above. */ -}}
{{- define "redis.podLabels" -}}
{{ include "redis.selectorLabels" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service | quote }}
{{- $podLabels := has .component (list "server" "sentinel") | ternary .root.Values.podLabels dict }}
{{- with include "redis.firstWins" (list $podLabels .root.Values.commonLabels) }}
{{ . }}
{{- end }}
{{- end -}}

{{- /*
Maps as one, as YAML or nothing; the first one that has a key wins. Not "merge": it takes "" for absent and may change what it
is given. Argument: a list of maps.
*/ -}}
{{- define "redis.firstWins" -}}
{{- $all := dict -}}
{{- range . }}{{ range $key, $value := . }}
{{- if not (hasKey $all $key) }}{{ $all = set $all $key $value }}{{ end -}}
{{- end }}{{ end -}}
{{- with $all }}{{ toYaml . }}{{ end -}}
{{- end -}}

{{- /*
The block "annotations:" of an object, or nothing. Argument: dict root, annotations (a list of maps, the first one wins).
*/ -}}
{{- define "redis.annotations" -}}
{{- with include "redis.firstWins" (append (.annotations | default list) .root.Values.commonAnnotations) -}}
annotations:
  {{- . | nindent 2 }}
{{- end -}}
{{- end -}}

{{- /* name, namespace and labels of an object. Argument: dict root, name, component, optional shard and annotations. */ -}}
{{- define "redis.metadata" -}}
name: {{ .name | quote }}
namespace: {{ include "redis.namespace" .root | quote }}
labels:
  {{- include "redis.labels" . | nindent 2 }}
{{- with include "redis.annotations" . }}
{{ . }}
{{- end }}
{{- end -}}
