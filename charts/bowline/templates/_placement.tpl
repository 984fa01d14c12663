{{- /*
Placement of members. Two wishes, each for nodes and for zones:
 1. the members of one group (see _statefulset.tpl) apart, because their loss together is the loss of a shard, of all data or of
    the majority of sentinels: anti-affinity, or for required zones a spread constraint, which still works with more members
    than zones;
 2. in mode cluster the members with the same ordinal of all shards apart, so that the first primaries (ordinal 0) do not share a node:
    a weak preferred anti-affinity over apps.kubernetes.io/pod-index, a label that the StatefulSet controller sets. Both in
    one kind of term, so that the scheduler adds up their weights and wish 1 always wins.
*/ -}}

{{- /* As YAML: list of dict key, topologyKey, want. Argument: the root. */ -}}
{{- define "bowline.spreadDomains" -}}
- {want: {{ .Values.spread.nodes }}, kind: nodes, topologyKey: kubernetes.io/hostname}
- {want: {{ .Values.spread.zones }}, kind: zones, topologyKey: topology.kubernetes.io/zone}
{{- end -}}

{{- /* podAntiAffinity from spread, or nothing. Argument: a group. */ -}}
{{- define "bowline.podAntiAffinity" -}}
{{- $selector := dict "matchLabels" (include "bowline.matchLabels" . | fromYaml) -}}
{{- $everybody := dict "matchLabels" (include "bowline.matchLabels" (omit . "shard") | fromYaml) -}}
{{- $shards := hasKey . "shard" -}}
{{- $required := list -}}
{{- $preferred := list -}}
{{- range include "bowline.spreadDomains" .root | fromYamlArray -}}
{{- $term := dict "topologyKey" .topologyKey "labelSelector" $selector -}}
{{- if eq .want "preferred" }}{{ $preferred = append $preferred (dict "weight" 100 "podAffinityTerm" $term) }}{{ end -}}
{{- if and (eq .want "required") (eq .kind "nodes") }}{{ $required = append $required $term }}{{ end -}}
{{- $same := dict "topologyKey" .topologyKey "labelSelector" $everybody "matchLabelKeys" (list "apps.kubernetes.io/pod-index") -}}
{{- if and $shards (ne .want "none") }}{{ $preferred = append $preferred (dict "weight" 10 "podAffinityTerm" $same) }}{{ end -}}
{{- end -}}
{{- with $required }}
requiredDuringSchedulingIgnoredDuringExecution:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $preferred }}
preferredDuringSchedulingIgnoredDuringExecution:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* The chart's spread constraints as YAML. Argument: a group. */ -}}
{{- define "bowline.spreadConstraints" -}}
{{- $group := . -}}
{{- range include "bowline.spreadDomains" .root | fromYamlArray }}
{{- if and (eq .want "required") (eq .kind "zones") }}
- maxSkew: 1
  topologyKey: {{ .topologyKey }}
  whenUnsatisfiable: DoNotSchedule
  labelSelector:
    matchLabels:
      {{- include "bowline.matchLabels" $group | nindent 6 }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* "affinity:" and "topologySpreadConstraints:", each or nothing. Argument: a group. */ -}}
{{- define "bowline.placement" -}}
{{- $affinity := dict -}}
{{- with include "bowline.podAntiAffinity" . | fromYaml }}{{ $affinity = set $affinity "podAntiAffinity" . }}{{ end -}}
{{- $given := (include "bowline.setting" (dict "group" . "name" "affinity") | fromYaml).value -}}
{{- range $kind, $terms := $given }}{{ $affinity = set $affinity $kind $terms }}{{ end -}}
{{- $lines := list -}}
{{- with $affinity }}{{ $lines = append $lines (toYaml (dict "affinity" .)) }}{{ end -}}
{{- $constraints := include "bowline.spreadConstraints" . | fromYamlArray -}}
{{- $selector := dict "matchLabels" (include "bowline.matchLabels" . | fromYaml) -}}
{{- range (include "bowline.setting" (dict "group" . "name" "topologySpreadConstraints") | fromYaml).value -}}
{{- $constraints = append $constraints (hasKey . "labelSelector" | ternary . (set (omit . "labelSelector") "labelSelector" $selector)) -}}
{{- end -}}
{{- with $constraints }}
{{- $lines = append $lines (toYaml (dict "topologySpreadConstraints" .)) }}
{{- end -}}
{{- join "\n" $lines -}}
{{- end -}}
