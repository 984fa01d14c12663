{{- /* Rules about labels and annotations; see _validate.tpl. */ -}}

{{- /* Label keys that are the chart's own, as YAML. */ -}}
{{- define "bowline.ownLabels" -}}
[app.kubernetes.io/name, app.kubernetes.io/instance, app.kubernetes.io/component, app.kubernetes.io/managed-by,
  app.kubernetes.io/version, helm.sh/chart, bowline/shard, bowline/role, bowline/reads, bowline/last-copy, bowline/scraped, apps.kubernetes.io/pod-index,
  statefulset.kubernetes.io/pod-name, controller-revision-hash]
{{- end -}}

{{- /* What Kubernetes takes as a key, as a value of a label, as a regular expression. No argument. */ -}}
{{- define "bowline.labelWord" -}}
[A-Za-z0-9]([-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?
{{- end -}}

{{- /* Argument: dict path, map, labels (whether its values are labels). */ -}}
{{- define "bowline.validate.keys" -}}
{{- $word := include "bowline.labelWord" nil }}
{{- range $key, $value := .map }}
{{- if not (regexMatch (printf "^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?%s$" $word) $key) }}
¶ {{ $.path }}: {{ quote $key }} is no key for Kubernetes. Use at most 63 letters, digits, hyphens, dots and underscores, after a domain and
a slash if you like.
{{- else if and $.labels (not (regexMatch (printf "^(%s)?$" $word) (include "bowline.text" $value))) }}
¶ {{ $.path }}: {{ include "bowline.text" $value | quote }} is no value of the label {{ $key }}. Use at most 63 letters, digits, hyphens, dots and
underscores, or an annotation.
{{- end }}
{{- end }}
{{- end -}}

{{- define "bowline.validate.labels" -}}
{{- $own := include "bowline.ownLabels" . | fromYamlArray }}
{{- range $path, $labels := dict "commonLabels" .Values.commonLabels "podLabels" .Values.podLabels
      "persistence.labels" .Values.persistence.labels "nodeSelector" .Values.nodeSelector
      "upgrade.job.labels" .Values.upgrade.job.labels "test.labels" .Values.test.labels
      "sentinel.podLabels" .Values.sentinel.podLabels "sentinel.nodeSelector" .Values.sentinel.nodeSelector
      "metrics.podMonitor.labels" .Values.metrics.podMonitor.labels "metrics.serviceMonitor.labels" .Values.metrics.serviceMonitor.labels
      "metrics.prometheusRule.labels" .Values.metrics.prometheusRule.labels }}
{{- include "bowline.validate.keys" (dict "path" $path "map" $labels "labels" true) }}
{{- range $key, $_ := $labels }}
{{- if and (has $key $own) (not (hasSuffix "nodeSelector" $path)) }}
¶ {{ $path }}: the label {{ $key }} is the chart's own. Use another key.
{{- end }}
{{- end }}
{{- end }}
{{- range $path, $annotations := dict "commonAnnotations" .Values.commonAnnotations "podAnnotations" .Values.podAnnotations
      "persistence.annotations" .Values.persistence.annotations "service.annotations" .Values.service.annotations "replicasService.annotations" .Values.replicasService.annotations
      "sentinelService.annotations" .Values.sentinelService.annotations "headlessService.annotations" .Values.headlessService.annotations
      "memberServices.annotations" .Values.memberServices.annotations "upgrade.job.annotations" .Values.upgrade.job.annotations
      "auth.secretAnnotations" .Values.auth.secretAnnotations
      "sentinel.podAnnotations" .Values.sentinel.podAnnotations "statefulSetAnnotations" .Values.statefulSetAnnotations
      "sentinel.statefulSetAnnotations" .Values.sentinel.statefulSetAnnotations
      "serviceAccount.annotations" .Values.serviceAccount.annotations "test.annotations" .Values.test.annotations }}
{{- include "bowline.validate.keys" (dict "path" $path "map" $annotations "labels" false) }}
{{- range $key, $_ := $annotations }}
{{- if or (hasPrefix "helm.sh/" $key) (hasPrefix "meta.helm.sh/" $key) (has $key (list "checksum/engine-config" "checksum/members" "bowline/warnings")) }}
¶ {{ $path }}: the annotation {{ $key }} is Helm's or the chart's own. Use another key.
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
