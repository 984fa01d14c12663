{{- /*
The rules between and about values that the schema cannot say. Every rule that is broken adds "¶ <value path>: <what is wrong>.
<Remedy>." to the output of its group; bowline.validate collects them all and fails once. Things that are allowed but risky are
in _warnings.tpl. Each rule has a test in tests/validate_*_test.yaml.
*/ -}}
{{- define "bowline.validate" -}}
{{- $text := "" -}}
{{- range list "topology" "peers" "sentinel" "timing" "probes" "auth" "users" "serviceBinding" "rights" "storage" "resources" "jobMemory" "names" "labels" "network" "tls" "metrics" "images" "config" "sentinelConfig" "extras" "placement" -}}
{{- $text = print $text (include (printf "bowline.validate.%s" .) $) -}}
{{- end -}}
{{- $errors := list -}}
{{- range rest (splitList "¶" $text) -}}
{{- $errors = append $errors (regexReplaceAll "\\s+" . " " | trim) -}}
{{- end -}}
{{- with $errors -}}
{{- fail (printf "\n\nThe values have %d error(s):\n\n  - %s\n" (len .) (join "\n  - " .)) -}}
{{- end -}}
{{- end -}}

{{- define "bowline.validate.topology" -}}
{{- if eq .Values.mode "cluster" }}
{{- with .Values.cluster }}
{{- if lt (int .shards) 3 }}
¶ cluster.shards: {{ .shards }} is too few: a Redis Cluster elects by a majority of its primaries. Set it to 3 or more.
{{- else if gt (int .shards) 500 }}
¶ cluster.shards: {{ .shards }} is too many: the bus connects all members with all. Set it to 500 or less.
{{- end }}
{{- if or (lt (int .replicasPerShard) 0) (gt (int .replicasPerShard) 5) }}
¶ cluster.replicasPerShard: {{ .replicasPerShard }} is out of range. Set it to 0 to 5; 1 or 2 is usual.
{{- end }}
{{- if or (lt (int .nodeTimeoutMilliseconds) 500) (gt (int .nodeTimeoutMilliseconds) 120000) }}
¶ cluster.nodeTimeoutMilliseconds: {{ .nodeTimeoutMilliseconds }} is out of range. Set it to 500 to 120000; busy nodes need 2500 or more.
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "bowline.validate.timing" -}}
{{- $grace := int .Values.terminationGracePeriodSeconds }}
{{- if lt $grace 20 }}
¶ terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }} is too short to hand over the primary role and to write
the data. Set it to 20 or more; 60 is the default.
{{- end }}
{{- with (.Values.config | default dict) }}
{{- if and (hasKey . "shutdown-timeout") (gt (add 10 (index . "shutdown-timeout" | int)) $grace) }}
¶ config.shutdown-timeout: {{ index . "shutdown-timeout" }} leaves less than 10 s of terminationGracePeriodSeconds ({{ $grace }}) for the
handover. Lower it or raise terminationGracePeriodSeconds.
{{- end }}
{{- end }}
{{- with .Values.updateStrategy }}
{{- if lt (int .partition) 0 }}
¶ updateStrategy.partition: {{ .partition }} is negative. Set it to 0 or more.
{{- end }}
{{- if and (ne .type "RollingUpdate") (ne (int .partition) 0) }}
¶ updateStrategy.partition: it has no meaning with updateStrategy.type {{ .type }}. Set it to 0, or the type to RollingUpdate.
{{- end }}
{{- end }}
{{- range list "minReadySeconds" "revisionHistoryLimit" }}
{{- if lt (get $.Values . | int) 0 }}
¶ {{ . }}: {{ get $.Values . }} is negative. Set it to 0 or more.
{{- end }}
{{- end }}
{{- $ping := int (get (.Values.config | default dict) "repl-ping-replica-period" | default 10) }}
{{- $lag := int .Values.maxReplicaLagSeconds }}
{{- if or (lt $lag 0) (and (ne $lag 0) (le $lag $ping)) }}
¶ maxReplicaLagSeconds: a primary may be silent for {{ $ping }} s (config.repl-ping-replica-period), {{ $lag }} are allowed. Set it above that,
or to 0 for no limit.
{{- end }}
{{- $replicas := 0 }}
{{- if eq .Values.mode "cluster" }}{{ $replicas = int .Values.cluster.replicasPerShard }}{{ end }}
{{- if eq .Values.mode "sentinel" }}{{ $replicas = sub (int .Values.replicas) 1 }}{{ end }}
{{- $bound := int .Values.maxUnreplicatedSeconds }}
{{- if eq $bound 1 }}
¶ maxUnreplicatedSeconds: a replica acknowledges once a second, so writes would wait all the time. Set it to 2 or more, or to 0 for no bound.
{{- end }}
{{- if and (gt $bound 0) (eq .Values.mode "sentinel") (lt (int .Values.sentinel.downAfterMilliseconds) 3000) }}
¶ maxUnreplicatedSeconds: sentinels would take a primary whose writes wait for dead after {{ .Values.sentinel.downAfterMilliseconds }} ms. Set
sentinel.downAfterMilliseconds to 3000 or more.
{{- end }}
{{- if and (gt $bound 0) (lt $replicas 1) }}
¶ maxUnreplicatedSeconds: no replica is declared, so writes would wait for ever. Set it to 0, or declare a replica
(cluster.replicasPerShard, or mode sentinel with replicas 2 or more).
{{- end }}
{{- if lt (int .Values.pdb.maxUnavailable) 1 }}
¶ pdb.maxUnavailable: {{ .Values.pdb.maxUnavailable }} would block every drain of a node. Set it to 1, or pdb.enabled to false.
{{- end }}
{{- if not (regexMatch "^[1-9][0-9]*(s|m)$" .Values.test.wait) }}
¶ test.wait: {{ .Values.test.wait | quote }} is no duration. Write a whole number and s or m, such as 60s or 5m.
{{- end }}
{{- end -}}

{{- define "bowline.validate.probes" -}}
{{- range $probe, $numbers := .Values.probes }}
{{- range $name, $number := $numbers }}
{{- if lt (int $number) 1 }}
¶ probes.{{ $probe }}.{{ $name }}: {{ $number }} is too small. Set it to 1 or more.
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.probes.liveness }}
{{- if lt (mul .periodSeconds .failureThreshold) 10 }}
¶ probes.liveness: {{ .failureThreshold }} failures at {{ .periodSeconds }} s each restart a busy member too soon. Make
periodSeconds times failureThreshold 10 or more.
{{- end }}
{{- end }}
{{- end -}}
