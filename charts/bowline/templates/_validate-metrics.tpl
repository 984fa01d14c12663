{{- /* Rules about metrics and alerts; see _validate.tpl. */ -}}

{{- define "bowline.validate.metrics" -}}
{{- range $name, $kind := dict "podMonitor" "PodMonitor" "serviceMonitor" "ServiceMonitor" "prometheusRule" "PrometheusRule" }}
{{- $wanted := include "bowline.metricsBy" (dict "root" $ "name" $name) }}
{{- if and $wanted (not ($.Capabilities.APIVersions.Has (printf "monitoring.coreos.com/v1/%s" $kind))) }}
¶ metrics.{{ $name }}.enabled: this Kubernetes does not know the kind {{ $kind }} of monitoring.coreos.com/v1. Install the CRDs of the
Prometheus operator first, or set this to false. helm template asks no Kubernetes: it needs
--api-versions monitoring.coreos.com/v1/{{ $kind }}.
{{- end }}
{{- end }}
{{- with .Values.metrics }}
{{- if and .enabled .podMonitor.enabled .serviceMonitor.enabled }}
¶ metrics.serviceMonitor.enabled: metrics.podMonitor.enabled is true, too, so each member would be scraped twice. Set one of them to
false.
{{- end }}
{{- $rule := .prometheusRule }}
{{- $chosen := concat ($rule.disabled | default list) (keys ($rule.severities | default dict) | sortAlpha) }}
{{- if $chosen }}
{{- $names := list }}
{{- range include "bowline.allAlerts" $ | fromYamlArray }}{{ $names = append $names .alert }}{{ end }}
{{- range $chosen }}
{{- if not (has . $names) }}
¶ metrics.prometheusRule: there is no alert {{ quote . }} for disabled or severities. Use one of {{ uniq $names | join ", " }}.
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
