{{- /* Things that are allowed but risky, one line each, for the notes. Argument: the root. */ -}}
{{- define "bowline.warnings" -}}
{{- $v := .Values -}}
{{- $cluster := eq $v.mode "cluster" -}}
{{- include "bowline.diagnosticWarning" . }}
{{- if not $v.persistence.enabled }}
- persistence.enabled is false: {{ $cluster | ternary "a shard's data lives only as long as one of its members" "the data lives only as long as one server" }} keeps running.
{{- end }}
{{- if not $v.persistence.keepAfterDeletion }}
- persistence.keepAfterDeletion is false: uninstalling this release deletes the data.
{{- end }}
{{- if eq $v.mode "sentinel" }}
{{- include "bowline.sentinelWarnings" . }}
{{- else if eq $v.mode "standalone" }}
{{- include "bowline.standaloneWarnings" . }}
{{- else if eq (int $v.cluster.replicasPerShard) 0 }}
- cluster.replicasPerShard is 0: while a member is away, a part of the keys is not served; clients notice every restart.
{{- end }}
{{- if not $v.auth.enabled }}
- auth.enabled is false: everybody who reaches the network reads and writes, and a foreign server on a reused address can
  empty a replica.
{{- end }}
{{- if and $v.auth.enabled $v.auth.existingSecret (not $v.auth.existingSecretKeys.replicationPassword) }}
- auth.existingSecretKeys.replicationPassword is empty: a client that knows the password may act as a member.
{{- end }}
{{- include "bowline.tlsWarning" . }}
{{- if not $v.rbac.create }}
- rbac.create is false: there is no installation record and there are no Events; a first start waits for all declared members.
{{- if eq $v.mode "sentinel" }} Nor are there the Services {{ include "bowline.clientServiceName" . }} and {{ include "bowline.baseName" . }}-replicas:
  clients must ask the sentinels, and service.* has no meaning.
{{- end }}
{{- end }}
{{- if eq $v.mode "sentinel" }}
{{- with $v.sentinelService.type }}{{ if ne . "ClusterIP" }}
- sentinelService.type is {{ . }}: the sentinels name addresses inside Kubernetes, so clients outside cannot follow them.
{{- end }}{{ end }}
{{- end }}
{{- if and (ne $v.service.type "ClusterIP") $cluster }}
- service.type is {{ $v.service.type }}: the members announce addresses inside Kubernetes, so cluster clients outside cannot follow them.
{{- end }}
{{- if and (not $v.pdb.enabled) (ne $v.mode "standalone") }}
- pdb.enabled is false: a drain may take all {{ $cluster | ternary "members of a shard" "servers or all sentinels" }} at once.
{{- end }}
{{- if and $v.pdb.enabled (not $v.pdb.protectLastCopy) (ne $v.mode "standalone") }}
- pdb.protectLastCopy is false: a drain may take the last copy of the data when its pod is not ready.
{{- end }}
{{- if and (eq $v.spread.nodes "none") (ne $v.mode "standalone") }}
- spread.nodes is none: a primary and its replicas may share a node and be lost together.
{{- end }}
{{- if and (((($v.resources).server).limits).memory) (not (hasKey ($v.config | default dict) "maxmemory")) (not (int $v.maxMemoryPercent)) }}
- resources.server.limits.memory is set, but config.maxmemory is not, and maxMemoryPercent is 0: a growing dataset ends in a kill, not in an error reply.
{{- end }}
{{- if and $v.networkPolicy.enabled (not $v.networkPolicy.extraIngress) }}
{{- range $container := concat ($v.extraContainers | default list) ($v.sentinel.extraContainers | default list) }}
{{- if $container.ports }}
- networkPolicy.extraIngress is empty: nobody reaches the ports of the container {{ $container.name }}.
{{- end }}
{{- end }}
{{- end }}
{{- if and (include "bowline.metricsBy" (dict "root" . "name" "prometheusRule")) (not (include "bowline.scraped" .)) }}
- metrics.prometheusRule.enabled is true, and nothing here has Prometheus scrape the members (metrics.podMonitor, metrics.serviceMonitor,
  metrics.annotations): unless it does so by settings of its own, the alert BowlineNothingScraped fires.
{{- end }}
{{- if and $v.rbac.create (eq true $v.upgrade.tryEngine) }}
{{- with include "bowline.untriedFile" . }}
- the gate does not try the directives: they, or extraArgs, name {{ . | trim }}, which its pod does not have.
{{- end }}
{{- end }}
{{- with include "bowline.engineVersionWarning" . }}
- {{ . }}
{{- end }}
{{- $known := list "imageRegistry" "imagePullSecrets" "storageClass" "defaultStorageClass" }}
{{- range $key, $value := $v.global }}
{{- if and (not (has $key $known)) (or (hasKey $v $key) (has $key (list "bowline" "redis" "valkey" "security" "compatibility"))) }}
- global.{{ $key }} has no effect on this chart, which reads {{ join ", " $known }} there.
{{- end }}
{{- end }}
{{- end -}}

{{- /* The same about mode standalone alone. Argument: the root. */ -}}
{{- define "bowline.standaloneWarnings" -}}
- mode is standalone: nothing can take over from the only server; clients notice every restart, and a lost volume is lost data.
{{- if not (include "bowline.roleLabel" .) }}
- {{ .Values.rbac.create | ternary "roleLabel.enabled is false" "rbac.create is false" }}: the Service {{ include "bowline.clientServiceName" . }} does not exist; clients use {{ include "bowline.componentName" (dict "root" . "component" "server") }}-0, and service.* has no meaning.
{{- end }}
{{- end -}}

{{- /* The same about mode sentinel alone. Argument: the root. */ -}}
{{- define "bowline.sentinelWarnings" -}}
{{- $v := .Values -}}
{{- if eq (int $v.replicas) 1 }}
- replicas is 1: nothing can take over from the only server; clients notice every restart, and a lost volume is lost data.
{{- else if and (eq (int $v.replicas) 2) (lt (int $v.sentinel.minReplicasToWrite) 1) }}
- replicas is 2: while one server is away the other one must take writes that nobody copies, so a primary that is cut off may take
  writes that are lost. With three servers it takes none (sentinel.minReplicasToWrite).
{{- else if eq (int $v.sentinel.minReplicasToWrite) 0 }}
- sentinel.minReplicasToWrite is 0: a primary that is cut off from the others takes writes that are lost.
{{- end }}
{{- if and $v.persistence.enabled (not (include "bowline.isPersistent" (dict "root" . "component" "sentinel"))) }}
- sentinel.persistence.enabled is false: a sentinel forgets with its pod what it has agreed to.
{{- end }}
{{- if and $v.auth.enabled (not $v.sentinel.auth) }}
- sentinel.auth is false: everybody who reaches the sentinels may ask them for a failover and change what they watch.
{{- end }}
{{- if and $v.rbac.create (not (include "bowline.roleLabel" .)) }}
- roleLabel.enabled is false: the Services {{ include "bowline.clientServiceName" . }} and {{ include "bowline.baseName" . }}-replicas do not exist;
  clients must ask the sentinels, and service.* has no meaning.
{{- end }}
{{- if $v.sentinel.recoverFrom }}
- sentinel.recoverFrom is {{ $v.sentinel.recoverFrom }}: set it back to empty when all servers run, or the next such start takes that dataset, too.
{{- end }}
{{- end -}}

{{- /* The same for those who see no notes, such as users of Argo CD and Flux. As YAML. Argument: the root. */ -}}
{{- define "bowline.warningsAnnotation" -}}
{{- with include "bowline.warnings" . | trim }}{{ toYaml (dict "bowline/warnings" .) }}{{ end -}}
{{- end -}}
