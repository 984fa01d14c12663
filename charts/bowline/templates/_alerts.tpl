{{- /* Rules for Prometheus from files/alerts.yaml, which says what is put in where. */ -}}

{{- /* The alerts of all modes, as YAML. Argument: the root. */ -}}
{{- define "bowline.allAlerts" -}}
{{- .Files.Get "files/alerts.yaml" -}}
{{- end -}}

{{- /* The alerts of the mode as they stand in the file, as YAML. Argument: the root. */ -}}
{{- define "bowline.alerts" -}}
{{- $alerts := list -}}
{{- range include "bowline.allAlerts" . | fromYamlArray -}}
{{- if has $.Values.mode (.modes | default (list $.Values.mode)) }}{{ $alerts = append $alerts . }}{{ end -}}
{{- end -}}
{{- toYaml $alerts -}}
{{- end -}}

{{- /*
What stands for the words in angle brackets, as YAML. The pods are chosen by their names, which no other release in the namespace can have;
labels of pods are not on the series everywhere. Argument: the root.
*/ -}}
{{- define "bowline.alertWords" -}}
{{- $name := include "bowline.baseName" . -}}
{{- $cluster := eq .Values.mode "cluster" -}}
{{- $servers := $cluster | ternary "shard-[0-9]+" "server" -}}
{{- $members := eq .Values.mode "sentinel" | ternary "(server|sentinel)" $servers -}}
{{- $within := printf "namespace=%q" (include "bowline.namespace" .) -}}
{{- $pods := printf "%s, pod=~\"%s-%%s-[0-9]+\"" $within $name -}}
{{- toYaml (dict
  "<servers>" (printf $pods $servers)
  "<sentinels>" (printf $pods "sentinel")
  "<members>" (printf $pods $members)
  "<claims>" (printf "%s, persistentvolumeclaim=~\"data-%s-%s-[0-9]+\"" $within $name $members)
  "<shards>" ($cluster | ternary (toString (int .Values.cluster.shards)) "1")
  "<release>" $name
  "<namespace>" (include "bowline.namespace" .)) -}}
{{- end -}}

{{- /* The rules, as YAML. Argument: the root. */ -}}
{{- define "bowline.alertRules" -}}
{{- $rule := .Values.metrics.prometheusRule -}}
{{- $words := include "bowline.alertWords" . | fromYaml -}}
{{- $rules := list -}}
{{- range include "bowline.alerts" . | fromYamlArray -}}
{{- if not (has .alert ($rule.disabled | default list)) -}}
{{- $texts := dict -}}
{{- range $field, $text := pick . "expr" "summary" "description" -}}
{{- range $word, $value := $words }}{{ $text = replace $word $value $text }}{{ end -}}
{{- $texts = set $texts $field (trim $text) -}}
{{- end -}}
{{- $severity := get ($rule.severities | default dict) .alert | default .severity | toString -}}
{{- $url := printf "%s/%s.md" (trimSuffix "/" $rule.runbookUrl) .alert -}}
{{- $rules = append $rules (dict "alert" .alert "expr" $texts.expr "for" .for
      "labels" (dict "severity" $severity "namespace" (get $words "<namespace>") "bowline" (get $words "<release>"))
      "annotations" (dict "summary" $texts.summary "description" $texts.description "runbook_url" $url)) -}}
{{- end -}}
{{- end -}}
{{- toYaml $rules -}}
{{- end -}}
