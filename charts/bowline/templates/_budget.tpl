{{- /* The PodDisruptionBudget of a group, which is described in _statefulset.tpl. */ -}}

{{- /* Argument: a group, with maxUnavailable. A pod is in one budget at most: with two every eviction fails. */ -}}
{{- define "bowline.disruptionBudget" -}}
{{- $lastCopy := eq .component "server" | ternary (include "bowline.lastCopy" .root) "" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "bowline.metadata" . | nindent 2 }}
spec:
  maxUnavailable: {{ int64 .maxUnavailable }}
  {{- if eq $lastCopy "budget" }}
  # A member that is broken anyway must not block the drain of its node, as long as enough others of its group are ready.
  unhealthyPodEvictionPolicy: IfHealthyBudget
  {{- else }}
  # A member that is broken anyway must not block the drain of its node.
  unhealthyPodEvictionPolicy: AlwaysAllow
  {{- end }}
  selector:
    matchLabels:
      {{- include "bowline.matchLabels" . | nindent 6 }}
    {{- if eq $lastCopy "label" }}
    matchExpressions:
      - {key: bowline/last-copy, operator: NotIn, values: ["true"]}
    {{- end }}
{{- end -}}
