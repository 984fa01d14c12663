{{- /* Rules about the engine: images and directives; see _validate.tpl. */ -}}

{{- /* Directives that bowline writes itself, as YAML; a name that ends in "*" stands for all that begin so.
Argument: the root. */ -}}
{{- define "bowline.ownedDirectives" -}}
# addresses and identity
[port, tls-port, unixsocket, bind, cluster-port, "cluster-announce-*", "replica-announce-*", "slave-announce-*", protected-mode,
  # a replica that is not announced is unknown to the sentinels
  replica-announced,
  cluster-enabled, cluster-config-file, cluster-node-timeout, cluster-allow-replica-migration, slaveof, replicaof,
  # TLS; with tls.mode all others, too, that do not only tune it
  tls-cert-file, tls-key-file, tls-ca-cert-file, tls-auth-clients, tls-replication, tls-cluster,
  # passwords
  masteruser, masterauth, primaryuser, primaryauth, requirepass, user, aclfile,
  # files: the guard of the start judges by them whether a member has data
  dir, dbfilename, appendfilename, appenddirname, aof-load-truncated, include,
  # Redis 8.4 cuts off a damaged end by itself, 8.10 loads other files: nobody would ask for an intact copy
  aof-load-corrupt-tail-max-size, preload-file,
  # the process
  daemonize, supervised, pidfile, logfile
  {{- if eq .Values.mode "sentinel" }},
  # 0 keeps a server without data from being promoted
  replica-priority, slave-priority
  {{- end }}]
{{- end -}}

{{- /* "true" for such a directive. Argument: dict root, name. */ -}}
{{- define "bowline.isOwnedDirective" -}}
{{- or (include "bowline.isOwnedTls" .) (include "bowline.isOwned" (dict "name" .name "owned" (include "bowline.ownedDirectives" .root))) -}}
{{- end -}}

{{- /* Argument: dict name, owned (such a list, as YAML). */ -}}
{{- define "bowline.isOwned" -}}
{{- $name := lower .name -}}
{{- range .owned | fromYamlArray -}}
{{- if hasSuffix "*" . | ternary (hasPrefix (trimSuffix "*" .) $name) (eq . $name) }}true{{ end -}}
{{- end -}}
{{- end -}}

{{- /* Where a user should go instead. Argument: the name of an owned directive. */ -}}
{{- define "bowline.ownedDirectiveRemedy" -}}
{{- $name := lower . -}}
{{- if eq $name "port" -}} Set ports.client.
{{- else if eq $name "cluster-port" -}} Set ports.bus.
{{- else if eq $name "cluster-node-timeout" -}} Set cluster.nodeTimeoutMilliseconds.
{{- else if has $name (list "requirepass" "masterauth" "primaryauth" "masteruser" "primaryuser") -}} See the values below auth.
{{- else if has $name (list "user" "aclfile") -}} Declare users by auth.users.
{{- else if or (hasPrefix "tls-" $name) (eq $name "cluster-preferred-endpoint-type") -}}{{ include "bowline.ownedTlsRemedy" (dict "name" $name "port" "ports.tls") }}
{{- else if has $name (list "logfile" "daemonize" "supervised" "pidfile") -}} Remove it; logs go to the pod's output.
{{- else -}} Remove it.
{{- end -}}
{{- end -}}

{{- define "bowline.validate.images" -}}
{{- $verdict := include "bowline.engineVersionVerdict" . }}
{{- if eq $verdict "below" }}
¶ image.tag: {{ .Values.image.tag }} is older than {{ .Values.engine }} {{ index .Chart.Annotations (printf "bowline/%s-min" .Values.engine) }},
the oldest that this chart can run. Use a newer image.
{{- else if eq $verdict "above" }}
¶ image.tag: {{ .Values.image.tag }} is a newer major version than {{ .Values.engine }}
{{ index .Chart.Annotations (printf "bowline/%s-max" .Values.engine) }}, the newest that this chart knows. Use an older image or a newer chart.
{{- end }}
{{- if not .Values.toolkit.image.repository }}
¶ toolkit.image.repository: it is empty, and no image of bowline is published yet. Build it (docker build -f tools/image/Dockerfile), push it
where your nodes can pull it, and set toolkit.image.repository and toolkit.image.tag to that.
{{- else if not (or .Values.toolkit.image.tag .Values.toolkit.image.digest) }}
¶ toolkit.image.tag: it is empty, and so is toolkit.image.digest. Name the tag under which this build was pushed, such as 0.1.0-1a2b3c4, or its
digest. Give each build a tag of its own: nodes keep what they have pulled.
{{- end }}
{{- range $path, $image := dict "image" .Values.image "toolkit.image" .Values.toolkit.image }}
{{- if and $image.digest (not (regexMatch "^sha256:[0-9a-f]{64}$" $image.digest)) }}
¶ {{ $path }}.digest: {{ $image.digest | quote }} is no digest. Write sha256: and 64 hexadecimal digits.
{{- end }}
{{- end }}
{{- end -}}

{{- define "bowline.validate.config" -}}
{{- $commands := "acl|auth|bgsave|client|cluster|config|failover|hello|info|ping|psync|replconf|replicaof|role|save|shutdown|wait" }}
{{- if eq .Values.mode "sentinel" }}{{ $commands = print $commands "|exec|multi|publish|script|slaveof|subscribe" }}{{ end }}
{{- range $name, $value := .Values.config }}
{{- if include "bowline.isOwnedDirective" (dict "root" $ "name" $name) }}
¶ config.{{ $name }}: bowline decides this directive itself. {{ include "bowline.ownedDirectiveRemedy" $name }}
{{- else if not (regexMatch "^[a-z][a-z0-9-]*$" $name) }}
¶ config: {{ $name | quote }} is no name of a directive. Use lower-case letters, digits and hyphens.
{{- end }}
{{- range kindIs "invalid" $value | ternary list (kindIs "slice" $value | ternary $value (list $value)) }}
{{- if regexMatch "[\r\n]" (toString .) }}
¶ config.{{ $name }}: a value has several lines. Use a list to give a directive several times.
{{- end }}
{{- if and (eq $name "rename-command") (regexMatch (printf "^(?i)(%s)\\s" $commands) (toString .)) }}
¶ config.rename-command: bowline needs the command {{ splitList " " (toString .) | first | quote }}. Leave it as it is; restrict clients by ACL rules.
{{- end }}
{{- end }}
{{- end }}
{{- $config := .Values.config | default dict }}
{{- $memory := include "bowline.bytes" (get $config "maxmemory") | int64 }}
{{- $backlog := include "bowline.bytes" (get $config "repl-backlog-size") | int64 }}
{{- if and (gt $memory 0) (gt (mul 2 $backlog) $memory) }}
¶ config.repl-backlog-size: {{ get $config "repl-backlog-size" }} is more than half of config.maxmemory
({{ $config.maxmemory }}), in which it counts: writes would be refused, or keys evicted, for it. Leave it out; then it is a tenth of maxmemory.
{{- end }}
{{- end -}}

{{- /* Of a size as the engines read it, "48mb" or 100; 0: it is none. Argument: the value. */ -}}
{{- define "bowline.bytes" -}}
{{- $text := include "bowline.text" . | lower -}}
{{- $units := dict "" 1 "b" 1 "k" 1000 "kb" 1024 "m" 1000000 "mb" 1048576 "g" 1000000000 "gb" 1073741824 -}}
{{- if regexMatch "^[0-9]{1,12}([kmg]?b?)$" $text -}}
{{- mul (regexFind "^[0-9]+" $text | int64) (get $units (regexFind "[a-z]*$" $text)) -}}
{{- else -}}
0
{{- end -}}
{{- end -}}
