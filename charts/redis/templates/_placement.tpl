{{- /*
Placement of members. Two wishes, each for nodes and for zones:
 1. the members of one shard apart (their loss together is the loss of the shard): anti-affinity, or for required zones a
    spread constraint, which still works with more members than zones;
 2. the members with the same ordinal of all shards apart, so that the first primaries (ordinal 0) do not share a node:
    a soft spread constraint over apps.kubernetes.io/pod-index, a label that the StatefulSet controller sets.
Kubernetes refuses two constraints with the same topologyKey and whenUnsatisfiable, so the soft form of wish 1 cannot be a
second soft constraint.
*/ -}}

{{- /* As YAML: list of dict key, topologyKey, want. Argument: the root. */ -}}
{{- define "redis.spreadDomains" -}}
- {want: {{ .Values.spread.nodes }}, kind: nodes, topologyKey: kubernetes.io/hostname}
- {want: {{ .Values.spread.zones }}, kind: zones, topologyKey: topology.kubernetes.io/zone}
{{- end -}}

{{- /* podAntiAffinity from spread, or nothing. Argument: dict root, shard. */ -}}
{{- define "redis.podAntiAffinity" -}}
{{- $selector := dict "matchLabels" (include "redis.selectorLabels" (dict "root" .root "component" "server" "shard" .shard) | fromYaml) -}}
{{- $required := list -}}
{{- $preferred := list -}}
{{- range include "redis.spreadDomains" .root | fromYamlArray -}}
{{- $term := dict "topologyKey" .topologyKey "labelSelector" $selector -}}
{{- if eq .want "preferred" }}{{ $preferred = append $preferred (dict "weight" 100 "podAffinityTerm" $term) }}{{ end -}}
{{- if and (eq .want "required") (eq .kind "nodes") }}{{ $required = append $required $term }}{{ end -}}
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

{{- /* The chart's spread constraints as YAML. Argument: dict root, shard. */ -}}
{{- define "redis.spreadConstraints" -}}
{{- $root := .root -}}
{{- $shard := .shard -}}
{{- range include "redis.spreadDomains" $root | fromYamlArray }}
{{- if and (eq .want "required") (eq .kind "zones") }}
- maxSkew: 1
  topologyKey: {{ .topologyKey }}
  whenUnsatisfiable: DoNotSchedule
  labelSelector:
    matchLabels:
      {{- include "redis.selectorLabels" (dict "root" $root "component" "server" "shard" $shard) | nindent 6 }}
{{- end }}
{{- if ne .want "none" }}
- maxSkew: 1
  topologyKey: {{ .topologyKey }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- include "redis.selectorLabels" (dict "root" $root "component" "server") | nindent 6 }}
  matchLabelKeys: [apps.kubernetes.io/pod-index]
{{- end }}
{{- end }}
{{- end -}}

{{- /* "affinity:" and "topologySpreadConstraints:", each or nothing. Argument: dict root, shard. */ -}}
{{- define "redis.placement" -}}
{{- $affinity := dict -}}
{{- with include "redis.podAntiAffinity" . | fromYaml }}{{ $affinity = set $affinity "podAntiAffinity" . }}{{ end -}}
{{- range $kind, $terms := .root.Values.affinity }}{{ $affinity = set $affinity $kind $terms }}{{ end -}}
{{- $lines := list -}}
{{- with $affinity }}{{ $lines = append $lines (toYaml (dict "affinity" .)) }}{{ end -}}
{{- with concat (include "redis.spreadConstraints" . | fromYamlArray) (.root.Values.topologySpreadConstraints | default list) }}
{{- $lines = append $lines (toYaml (dict "topologySpreadConstraints" .)) }}
{{- end -}}
{{- join "\n" $lines -}}
{{- end -}}
