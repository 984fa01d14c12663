{{- /* What the notes say in each mode: how to connect. */ -}}

{{- /* DNS name of a Service. Argument: dict root, name. */ -}}
{{- define "bowline.host" -}}
{{- printf "%s.%s.svc.%s" .name (include "bowline.namespace" .root) .root.Values.clusterDomain -}}
{{- end -}}

{{- /* What follows an address: its port, and that of TLS. Argument: list root, plain port, port of TLS. */ -}}
{{- define "bowline.notesPorts" -}}
{{- $mode := include "bowline.tlsMode" (index . 0) -}}
{{- $plain := index . 1 | int64 -}}
{{- $tls := index . 2 | int64 -}}
{{- if not $mode }}{{ $plain }}{{ else if eq $mode "require" }}{{ $tls }} (with TLS){{ else }}{{ $plain }} (with TLS {{ $tls }}){{ end -}}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.notesCluster" -}}
{{- $v := .Values -}}
{{- $name := include "bowline.baseName" . -}}
{{ $v.engine | title }} Cluster "{{ $name }}": {{ $v.cluster.shards }} shards, each one primary and {{ $v.cluster.replicasPerShard }} replica(s). It forms by itself.

Clients (cluster aware) connect to:
  {{ include "bowline.host" (dict "root" . "name" $name) }}:{{ include "bowline.notesPorts" (list . $v.service.port $v.service.tlsPort) }}
  or, for the addresses of all members, {{ include "bowline.host" (dict "root" . "name" (printf "%s-headless" $name)) }}:{{ include "bowline.notesPorts" (list . $v.ports.client $v.ports.tls) }}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.notesSentinel" -}}
{{- $v := .Values -}}
{{- $name := include "bowline.baseName" . -}}
{{ $v.engine | title }} "{{ $name }}": one primary with {{ sub $v.replicas 1 }} replica(s), watched by {{ $v.sentinel.replicas }} sentinels. It forms by itself.

Clients that know Sentinel ask for the primary "{{ $v.sentinel.masterName }}" at:
  {{ include "bowline.host" (dict "root" . "name" (include "bowline.componentName" (dict "root" . "component" "sentinel"))) }}:{{ include "bowline.notesPorts" (list . $v.ports.sentinel $v.ports.sentinelTls) }}
{{- if include "bowline.roleLabel" . }}

Other clients connect to the primary{{ if gt (int $v.replicas) 1 }}, or for reads to the replicas, and must connect anew after a failover{{ end }}:
  {{ include "bowline.host" (dict "root" . "name" (include "bowline.clientServiceName" .)) }}:{{ include "bowline.notesPorts" (list . $v.service.port $v.service.tlsPort) }}
{{- if gt (int $v.replicas) 1 }}
  {{ include "bowline.host" (dict "root" . "name" (printf "%s-replicas" $name)) }}:{{ include "bowline.notesPorts" (list . $v.service.port $v.service.tlsPort) }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* Argument: the root. */ -}}
{{- define "bowline.notesStandalone" -}}
{{- $v := .Values -}}
{{ $v.engine | title }} "{{ include "bowline.baseName" . }}": one server. Nothing takes over from it; for that set mode to sentinel, which keeps the data.
{{- if include "bowline.roleLabel" . }}

Clients connect to:
  {{ include "bowline.host" (dict "root" . "name" (include "bowline.clientServiceName" .)) }}:{{ include "bowline.notesPorts" (list . $v.service.port $v.service.tlsPort) }}
{{- end }}
{{- end -}}

{{- /* A command that talks to the engine: to the cluster, to the only server, or to a sentinel. Argument: the root. */ -}}
{{- define "bowline.notesTry" -}}
{{- $v := .Values -}}
{{- $client := include "bowline.membersPort" (dict "root" . "component" "server") -}}
{{- $tls := "" -}}
{{- if include "bowline.tlsFirst" . -}}
{{- $tls = " --tls --cacert /etc/bowline-tls/ca.crt" -}}
{{- if eq $v.tls.clientCertificates "required" }}{{ $tls = print $tls " --cert /etc/bowline-tls/tls.crt --key /etc/bowline-tls/tls.key" }}{{ end -}}
{{- end -}}
{{- $exec := printf "kubectl -n %s exec -it" (include "bowline.namespace" .) -}}
{{- if eq $v.mode "cluster" -}}
{{ $exec }} {{ include "bowline.shardName" (dict "root" . "shard" 0) }}-0 -c server -- {{ $v.engine }}-cli -c
{{- if ne $client "6379" }} -p {{ $client }}{{ end }}{{ $tls }}
{{- if $v.auth.enabled }} --askpass{{ end }}
{{- else if eq $v.mode "standalone" -}}
{{ $exec }} {{ include "bowline.componentName" (dict "root" . "component" "server") }}-0 -c server -- {{ $v.engine }}-cli
{{- if ne $client "6379" }} -p {{ $client }}{{ end }}{{ $tls }}
{{- if $v.auth.enabled }} --askpass{{ end }}
{{- else -}}
{{ $exec }} {{ include "bowline.componentName" (dict "root" . "component" "sentinel") }}-0 -c sentinel -- {{ $v.engine }}-cli -p {{ include "bowline.membersPort" (dict "root" . "component" "sentinel") }}{{ $tls }}
{{- if and $v.auth.enabled $v.sentinel.auth }} --askpass{{ end }} sentinel get-master-addr-by-name {{ $v.sentinel.masterName }}
{{- end -}}
{{- end -}}
