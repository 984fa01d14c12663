{{- /* Who scrapes the members' /metrics, on the port of the probes, and by what object. */ -}}

{{- /* "true" when an object of this chart is wanted. Argument: dict root, name (podMonitor, serviceMonitor, prometheusRule, dashboard, annotations). */ -}}
{{- define "bowline.metricsBy" -}}
{{- $metrics := .root.Values.metrics -}}
{{- if and $metrics.enabled (get $metrics .name).enabled }}true{{ end -}}
{{- end -}}

{{- /* "true" when something in this chart makes Prometheus scrape the members. Argument: the root. */ -}}
{{- define "bowline.scraped" -}}
{{- range $name := list "annotations" "podMonitor" "serviceMonitor" -}}
{{- include "bowline.metricsBy" (dict "root" $ "name" $name) -}}
{{- end -}}
{{- end -}}

{{- /* Annotations of pods, by which Prometheus finds them without an operator. As YAML. Argument: the root. */ -}}
{{- define "bowline.scrapeAnnotations" -}}
{{- if include "bowline.metricsBy" (dict "root" . "name" "annotations") -}}
prometheus.io/scrape: "true"
prometheus.io/path: /metrics
prometheus.io/port: {{ int64 .Values.ports.http | toString | quote }}
{{- end -}}
{{- end -}}

{{- /*
Begin of an object for the monitoring, whose namespace may be that of the monitoring. There its name tells the namespace of the release, so that
releases of the same name do not meet. Argument: dict root, kind, values (below metrics), optional apiVersion, suffix of the name, annotations (a list of maps).
*/ -}}
{{- define "bowline.monitoringObject" -}}
{{- $own := include "bowline.namespace" .root -}}
{{- $namespace := .values.namespace | default $own -}}
{{- $base := include "bowline.baseName" .root -}}
{{- $name := printf "%s%s" (eq $namespace $own | ternary $base (printf "%s-%s" $own $base)) (.suffix | default "") -}}
apiVersion: {{ .apiVersion | default "monitoring.coreos.com/v1" }}
kind: {{ .kind }}
metadata:
  {{- $metadata := include "bowline.metadata" (dict "root" .root "component" "metrics" "name" $name
        "labels" .values.labels "annotations" .annotations) | fromYaml }}
  {{- set $metadata "namespace" $namespace | toYaml | nindent 2 }}
{{- end -}}

{{- /*
How a monitor scrapes. The node's name becomes a label: alerts about the loss of a node read it. namespace and pod are labels by the operator.
Argument: dict root, values (below metrics).
*/ -}}
{{- define "bowline.endpoint" -}}
path: /metrics
{{- with .values.interval }}
interval: {{ . }}
{{- end }}
{{- with .values.scrapeTimeout }}
scrapeTimeout: {{ . }}
{{- end }}
relabelings:
  - {sourceLabels: [__meta_kubernetes_pod_node_name], targetLabel: node}
  {{- with .values.relabelings }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .values.metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- /* The release's members, as a selector. Argument: dict root. */ -}}
{{- define "bowline.memberSelector" -}}
matchLabels:
  {{- toYaml (omit (include "bowline.matchLabels" (dict "root" .root "component" "") | fromYaml) "app.kubernetes.io/component") | nindent 2 }}
matchExpressions:
  - {key: app.kubernetes.io/component, operator: In, values: {{ include "bowline.components" .root }}}
{{- end -}}

{{- /*
The rule for monitoring, or nothing: once something here asks for scrapes, or somebody is named. The port is that of the probes, too.
Argument: the root.
*/ -}}
{{- define "bowline.policyMonitoring" -}}
{{- $from := .Values.networkPolicy.monitoring -}}
{{- if and .Values.metrics.enabled (or $from (include "bowline.scraped" .)) -}}
# Monitoring; without `from` everybody.
- ports:
    {{- include "bowline.policyPorts" (list .Values.ports.http) | trim | nindent 4 }}
  {{- with $from }}
  from:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end -}}
{{- end -}}
