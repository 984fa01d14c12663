{{- /* Things that are allowed but risky, one line each, for the notes. Argument: the root. */ -}}
{{- define "redis.warnings" -}}
{{- $v := .Values -}}
{{- if not $v.persistence.enabled }}
- persistence.enabled is false: a shard's data lives only as long as one of its members keeps running.
{{- end }}
{{- if not $v.persistence.keepAfterDeletion }}
- persistence.keepAfterDeletion is false: uninstalling this release deletes the data.
{{- end }}
{{- if eq (int $v.cluster.replicasPerShard) 0 }}
- cluster.replicasPerShard is 0: while a member is away, a part of the keys is not served; clients notice every restart.
{{- end }}
{{- if not $v.auth.enabled }}
- auth.enabled is false: everybody who reaches the network reads and writes, and a foreign server on a reused address can
  empty a replica.
{{- end }}
{{- if not $v.rbac.create }}
- rbac.create is false: there is no installation record and there are no Events; a first start waits for all declared members.
{{- end }}
{{- if and (ne $v.service.type "ClusterIP") (eq $v.mode "cluster") }}
- service.type is {{ $v.service.type }}: the members announce addresses inside Kubernetes, so cluster clients outside cannot follow them.
{{- end }}
{{- if not $v.pdb.enabled }}
- pdb.enabled is false: a drain may take all members of a shard at once.
{{- end }}
{{- if eq $v.spread.nodes "none" }}
- spread.nodes is none: a primary and its replicas may share a node and be lost together.
{{- end }}
{{- if and (((($v.resources).server).limits).memory) (not (hasKey ($v.config | default dict) "maxmemory")) }}
- resources.server.limits.memory is set, but config.maxmemory is not: a growing dataset ends in a kill, not in an error reply.
{{- end }}
{{- with include "redis.engineVersionWarning" . }}
- {{ . }}
{{- end }}
{{- end -}}
