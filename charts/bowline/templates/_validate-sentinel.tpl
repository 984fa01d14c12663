{{- /* Rules about `mode: sentinel`; in mode cluster its values have no meaning and may be anything. See _validate.tpl. */ -}}

{{- define "bowline.validate.sentinel" -}}
{{- if eq .Values.mode "sentinel" }}
{{- $servers := int .Values.replicas }}
{{- if or (lt $servers 1) (gt $servers 15) }}
¶ replicas: {{ .Values.replicas }} is out of range: it counts the servers, the primary among them. Set it to 1 to 15; 3 is usual.
{{- end }}
{{- include "bowline.validate.sentinelSet" . }}
{{- with .Values.sentinel }}
{{- if not (regexMatch "^[A-Za-z0-9._-]{1,64}$" .masterName) }}
¶ sentinel.masterName: {{ .masterName | quote }} is no name for a primary. Use 1 to 64 letters, digits, dots, hyphens and underscores.
{{- end }}
{{- include "bowline.validate.between" (dict "path" "sentinel.downAfterMilliseconds" "value" .downAfterMilliseconds
      "from" 1000 "to" 120000 "hint" "busy servers need 3000 or more") }}
{{- include "bowline.validate.between" (dict "path" "sentinel.failoverTimeoutMilliseconds" "value" .failoverTimeoutMilliseconds
      "from" 2000 "to" 3600000 "hint" "60000 is the default") }}
{{- include "bowline.validate.between" (dict "path" "sentinel.parallelSyncs" "value" .parallelSyncs "from" 1 "to" 15
      "hint" "1 keeps the other replicas readable") }}
{{- include "bowline.validate.between" (dict "path" "sentinel.minReplicasMaxLag" "value" .minReplicasMaxLag "from" 2 "to" 600
      "hint" "replicas report once a second") }}
{{- if lt (int .minReplicasToWrite) -1 }}
¶ sentinel.minReplicasToWrite: {{ .minReplicasToWrite }} is out of range. Set it to -1 to let the chart choose, or to 0 or more.
{{- else if and (ge $servers 1) (ge (int .minReplicasToWrite) $servers) }}
¶ sentinel.minReplicasToWrite: {{ .minReplicasToWrite }} replicas can never be in sync, because {{ $servers }} server(s) have
{{ sub $servers 1 }}: the primary would take no write. Set it below replicas, or to -1 to let the chart choose.
{{- end }}
{{- $names := list }}
{{- range until $servers }}{{ $names = append $names (printf "server-%d" .) }}{{ end }}
{{- if and .recoverFrom $names (not (has .recoverFrom $names)) }}
¶ sentinel.recoverFrom: {{ .recoverFrom | quote }} is no server of this release. Name one of {{ join ", " $names }}, or leave it empty.
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Argument: dict path, value, from, to, hint. */ -}}
{{- define "bowline.validate.between" -}}
{{- if or (lt (int .value) .from) (gt (int .value) .to) }}
¶ {{ .path }}: {{ int .value }} is out of range. Set it to {{ .from }} to {{ .to }}; {{ .hint }}.
{{- end }}
{{- end -}}

{{- /* How many sentinels. Argument: the root. */ -}}
{{- define "bowline.validate.sentinelSet" -}}
{{- $sentinels := int .Values.sentinel.replicas }}
{{- if lt $sentinels 3 }}
¶ sentinel.replicas: {{ $sentinels }} is too few: a majority of all sentinels must elect a new primary, and with fewer than three the loss
of one leaves none. Set it to 3.
{{- else if gt $sentinels 15 }}
¶ sentinel.replicas: {{ $sentinels }} is too many: each one watches all servers and all others. Set it to 3 or 5.
{{- else if eq (mod $sentinels 2) 0 }}
¶ sentinel.replicas: {{ $sentinels }} is even, which adds no safety: they survive the loss of {{ sub (div $sentinels 2) 1 }}, as
{{ sub $sentinels 1 }} do. Set it to {{ sub $sentinels 1 }} or {{ add1 $sentinels }}.
{{- end }}
{{- with int .Values.sentinel.quorum }}
{{- if lt . 0 }}
¶ sentinel.quorum: {{ . }} is negative. Set it to 0 for the majority.
{{- else if gt . $sentinels }}
¶ sentinel.quorum: {{ . }} is more than the {{ $sentinels }} sentinels, so no primary would ever count as dead. Set it to 0 for the majority.
{{- end }}
{{- end }}
{{- end -}}

{{- /* Directives of sentinel.conf that bowline writes itself, as in bowline.ownedDirectives. No argument. */ -}}
{{- define "bowline.ownedSentinelDirectives" -}}
# addresses and identity
[port, tls-port, tls-cert-file, tls-key-file, tls-ca-cert-file, tls-auth-clients, tls-replication, unixsocket, bind, protected-mode, sentinel myid, "sentinel announce-*", sentinel resolve-hostnames,
  # whom it watches, and what it remembers of it
  sentinel monitor, "sentinel known-*", sentinel config-epoch, sentinel leader-epoch, sentinel current-epoch,
  sentinel down-after-milliseconds, sentinel failover-timeout, sentinel parallel-syncs, sentinel rename-command,
  # passwords
  requirepass, user, aclfile, sentinel auth-user, sentinel auth-pass, sentinel sentinel-user, sentinel sentinel-pass,
  # files and the process
  dir, include, rename-command, daemonize, supervised, pidfile, logfile]
{{- end -}}

{{- /* Where a user should go instead. Argument: the name of such a directive. */ -}}
{{- define "bowline.ownedSentinelDirectiveRemedy" -}}
{{- $values := dict "port" "ports.sentinel" "sentinel monitor" "sentinel.masterName and sentinel.quorum"
      "sentinel down-after-milliseconds" "sentinel.downAfterMilliseconds"
      "sentinel failover-timeout" "sentinel.failoverTimeoutMilliseconds"
      "sentinel parallel-syncs" "sentinel.parallelSyncs" "requirepass" "sentinel.auth" -}}
{{- if hasKey $values . -}} Set {{ get $values . }}.
{{- else if hasPrefix "tls-" . -}}{{ include "bowline.ownedTlsRemedy" (dict "name" . "port" "ports.sentinelTls") }}
{{- else if has . (list "user" "aclfile") -}} Declare users by auth.users.
{{- else if (regexMatch "(auth|sentinel)-(user|pass)$" .) -}} See the values below auth.
{{- else if has . (list "logfile" "daemonize" "supervised" "pidfile") -}} Remove it; logs go to the pod's output.
{{- else -}} Remove it.
{{- end -}}
{{- end -}}

{{- define "bowline.validate.sentinelConfig" -}}
{{- if eq .Values.mode "sentinel" }}
{{- range $given, $value := .Values.sentinel.config }}
{{- $name := regexReplaceAll "\\s+" (lower $given) " " | trim }}
{{- if or (include "bowline.isOwnedTls" (dict "root" $ "name" $name)) (include "bowline.isOwned" (dict "name" $name "owned" (include "bowline.ownedSentinelDirectives" nil))) }}
¶ sentinel.config: bowline decides {{ $name | quote }} itself. {{ include "bowline.ownedSentinelDirectiveRemedy" $name }}
{{- else if eq $name "sentinel" }}
¶ sentinel.config: the key {{ $given | quote }} does not tell the directive. Write its second word into the key, as in
"sentinel deny-scripts-reconfig".
{{- else if not (regexMatch "^(sentinel )?[a-z][a-z0-9-]*$" $given) }}
¶ sentinel.config: {{ $given | quote }} is no name of a directive. Use lower-case letters, digits and hyphens, with "sentinel " before it
where it belongs.
{{- end }}
{{- range kindIs "slice" $value | ternary $value (list $value) }}
{{- if regexMatch "[\r\n]" (toString .) }}
¶ sentinel.config: a value of {{ $given | quote }} has several lines. Use a list to give a directive several times.
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
