{{- /*
Labels. Immutable after the first install: the selectors of StatefulSets, the labels of volume claim templates (both use
bowline.matchLabels alone). Never put a version, a chart name or common labels there: an upgrade would be refused.
*/ -}}

{{- /* Argument: dict root, component (server, sentinel, job, test), optional shard. */ -}}
{{- define "bowline.matchLabels" -}}
app.kubernetes.io/name: {{ include "bowline.appName" .root | quote }}
app.kubernetes.io/instance: {{ .root.Release.Name | quote }}
app.kubernetes.io/component: {{ .component | quote }}
{{- if hasKey . "shard" }}
bowline/shard: {{ .shard | quote }}
{{- end }}
{{- end -}}

{{- /* Labels of objects. Argument as above, optional labels. */ -}}
{{- define "bowline.objectLabels" -}}
{{ include "bowline.matchLabels" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service | quote }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name (.root.Chart.Version | replace "+" "_") | quote }}
{{- with include "bowline.firstWins" (list (.labels | default dict) .root.Values.commonLabels) }}
{{ . }}
{{- end }}
{{- end -}}

{{- /* Labels of pods: no versions, so that an upgrade of the chart alone does not restart the members. Argument as above. */ -}}
{{- define "bowline.podLabels" -}}
{{ include "bowline.matchLabels" . }}
app.kubernetes.io/managed-by: {{ .root.Release.Service | quote }}
{{- $podLabels := .labels | default dict }}
{{- if has .component (list "server" "sentinel") }}{{ $podLabels = (include "bowline.setting" (dict "group" . "name" "podLabels") | fromYaml).value }}{{ end }}
{{- with include "bowline.firstWins" (list $podLabels .root.Values.commonLabels) }}
{{ . }}
{{- end }}
{{- end -}}

{{- /*
Maps as one of strings, as YAML or nothing; the first one that has a key wins. Not "merge": it takes "" for absent and may change
what it is given. Argument: a list of maps.
*/ -}}
{{- define "bowline.firstWins" -}}
{{- $all := dict -}}
{{- range . }}{{ range $key, $value := . }}
{{- if not (hasKey $all $key) }}{{ $all = set $all $key (include "bowline.text" $value) }}{{ end -}}
{{- end }}{{ end -}}
{{- with $all }}{{ toYaml . }}{{ end -}}
{{- end -}}

{{- /* A number or a boolean as text; Helm hands whole numbers over as floating point, and prints large ones as 1e+06. */ -}}
{{- define "bowline.text" -}}
{{- if kindIs "float64" . -}}
{{- if eq . (floor .) }}{{ printf "%.0f" . }}{{ else }}{{ . }}{{ end -}}
{{- else -}}
{{- toString . -}}
{{- end -}}
{{- end -}}

{{- /*
The block "annotations:" of an object, or nothing. Argument: dict root, annotations (a list of maps, the first one wins).
*/ -}}
{{- define "bowline.annotations" -}}
{{- with include "bowline.firstWins" (append (.annotations | default list) .root.Values.commonAnnotations) -}}
annotations:
  {{- . | nindent 2 }}
{{- end -}}
{{- end -}}

{{- /*
Annotations of what must outlive the release, as YAML: Helm does not delete it; Argo CD, which prunes in spite of Helm's annotation, neither
prunes nor replaces it. No argument.
*/ -}}
{{- define "bowline.kept" -}}
helm.sh/resource-policy: keep
argocd.argoproj.io/sync-options: Prune=false,Delete=false,Replace=false
{{- end -}}

{{- /* name, namespace and labels of an object. Argument: dict root, name, component, optional shard, labels
and annotations. */ -}}
{{- define "bowline.metadata" -}}
name: {{ .name | quote }}
namespace: {{ include "bowline.namespace" .root | quote }}
labels:
  {{- include "bowline.objectLabels" . | nindent 2 }}
{{- with include "bowline.annotations" . }}
{{ . }}
{{- end }}
{{- end -}}
