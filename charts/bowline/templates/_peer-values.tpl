{{- /* Values of other charts of Redis and Valkey, by their path, and what to write here instead. */ -}}

{{- /*
The schema takes these, so that the templates can refuse them in words: ci/chart/generate reads this list. A path that has longer ones
below it is for all else that is there. As YAML. No argument.
*/ -}}
{{- define "bowline.peerValues" -}}
architecture: Set mode. sentinel is a primary with replicas and sentinels, cluster is Redis Cluster; standalone is one server.
replicaCount: Set replicas in mode sentinel, which counts the primary too; in mode cluster cluster.shards and cluster.replicasPerShard.
haMode: Set mode and the values below sentinel.
replication: Set mode to sentinel, and the values at the top. replicas counts the primary too.
standalone: Set mode to standalone, and the values at the top.
node: Servers are all alike here. Set the values at the top, such as persistence, resources.server, replicas.
livenessProbe: Set probes.liveness.
readinessProbe: Set probes.readiness.
startupProbe: Set probes.startup.
master: Servers are all alike here. Set the values at the top, such as persistence, resources.server, nodeSelector, service.
master.count: There is one primary at a time. Set replicas, which counts it too.
master.persistence: Set persistence, which is for all servers.
master.resources: Set resources.server.
master.service: Set service, which is the one of the primary.
master.configuration: Set config, one directive a key.
replica: Servers are all alike here. Set the values at the top, such as persistence, resources.server, nodeSelector, replicasService.
replica.replicaCount: Set replicas, which counts the primary too; so one more than this.
replica.persistence: Set persistence, which is for all servers.
replica.resources: Set resources.server.
replica.service: Set replicasService.
sentinel.enabled: Set mode to sentinel; there are always sentinels then.
sentinel.replicaCount: Set sentinel.replicas.
sentinel.configuration: Set sentinel.config, one directive a key.
sentinel.customConfig: Set sentinel.config, one directive a key.
sentinel.livenessProbe: Set probes.liveness, which is for sentinels too.
sentinel.readinessProbe: Set probes.readiness, which is for sentinels too.
sentinel.masterService: Set service, which is the one of the primary.
sentinel.masterSet: Set sentinel.masterName.
sentinel.primarySet: Set sentinel.masterName.
sentinel.downAfter: Set sentinel.downAfterMilliseconds, a number of milliseconds.
sentinel.failoverTimeout: Set sentinel.failoverTimeoutMilliseconds, a number of milliseconds.
sentinel.resources: Set resources.sentinel.
sentinel.service: Set sentinelService, and ports.sentinel for the port.
sentinel.port: Set ports.sentinel.
sentinel.image: Remove it. Sentinels run the engine's image.
sentinel.getMasterTimeout: Remove it. Members ask each other, with time limits of their own.
sentinel.automateClusterRecovery: Remove it. Members recover by themselves.
sentinel.redisShutdownWaitFailover: Remove it. A primary always hands over before it stops; see terminationGracePeriodSeconds.
cluster.nodes: Set cluster.shards and cluster.replicasPerShard. This is their product, with the primaries.
cluster.replicas: Set cluster.replicasPerShard.
cluster.enabled: Set mode to cluster.
cluster.replicasPerMaster: Set cluster.replicasPerShard.
cluster.persistence: Set persistence.
cluster.resources: Set resources.server.
clusterReplicaCount: Set cluster.shards and cluster.replicasPerShard.
clusterInitJob: Remove it. The cluster forms by itself.
updateJob: Remove it. The cluster forms by itself.
auth.sentinel: Set sentinel.auth.
auth.existingSecretPasswordKey: Set auth.existingSecretKeys.password.
auth.usePasswordFiles: Remove it. Passwords are always in files.
auth.usePasswordFileFromSecret: Remove it. Passwords are always in files.
auth.acl: Set auth.users.
auth.aclConfig: Set auth.userLinesKey, a key of the Secret auth.usersSecret.
auth.aclUsers: Set auth.users.
password: Set auth.password and auth.replicationPassword.
redisPassword: Set auth.password and auth.replicationPassword.
usePassword: Set auth.enabled.
existingSecret: Set auth.existingSecret.
existingSecretPasswordKey: Set auth.existingSecretKeys.password.
secretAnnotations: Set auth.secretAnnotations.
redis: Set the values at the top, such as config, resources.server, ports.client, extraVolumes.
redis.config: Set config, one directive a key.
redis.customConfig: Set config, one directive a key.
redis.port: Set ports.client.
redis.masterGroupName: Set sentinel.masterName.
redis.resources: Set resources.server.
valkey: Set the values at the top, such as config, resources.server, ports.client, extraVolumes. The engine is set by engine.
commonConfiguration: Set config, one directive a key.
configmap: Set config, one directive a key.
existingConfigmap: Set config, one directive a key; a ConfigMap of yours is not read.
image.pullSecrets: Set imagePullSecrets, which is for all images.
persistence.existingClaim: Each member has a claim of its own. Set persistence.members, by member.
persistence.path: Remove it. The data is in /data.
persistence.subPath: Remove it. A volume holds one member's data and nothing else.
persistentVolume: Set persistence.
persistentVolumeClaimRetentionPolicy: Set persistence.keepAfterDeletion.
storageClass: Set persistence.storageClass.
volumePermissions: Set podSecurityContext.fsGroup.
securityContext: Set podSecurityContext.
sysctl: Set podSecurityContext.sysctls.
sysctlImage: Set podSecurityContext.sysctls.
hardAntiAffinity: Set spread.nodes to required.
podAntiAffinityPreset: Set spread.nodes to preferred (soft) or required (hard).
pdb.create: Set pdb.enabled.
pdb.minAvailable: Set pdb.maxUnavailable.
podDisruptionBudget: Set pdb.
haproxy: Remove it. The Services of the primary and of the replicas follow the roles without a proxy.
metrics.image: Remove it. bowline itself serves the metrics, without an exporter.
metrics.podAnnotations: Set metrics.annotations.enabled.
exporter: Set metrics. bowline itself serves the metrics, without an exporter.
sentinelExporter: Set metrics. Sentinels are scraped, too, without an exporter.
serviceMonitor: Set metrics.serviceMonitor or metrics.podMonitor.
prometheusRule: Set metrics.prometheusRule.
networkPolicy.metrics: Set networkPolicy.monitoring.
useExternalDNS: Set service.annotations.
externalMaster: A primary outside this release is not supported.
externalAccess: Addresses for clients outside Kubernetes are not supported yet.
extraDeploy: Set extraObjects.
extraManifests: Set extraObjects.
extraEnvVars: Set extraEnv.
extraEnvVarsCM: Set extraEnvFrom.
extraEnvVarsSecret: Set extraEnvFrom.
extraFlags: Set extraArgs.
sidecars: Set extraContainers.
initContainers: Set extraInitContainers.
restore: Restoring from a backup is not supported yet.
networkPolicy.allowExternal: Set networkPolicy.clients, who may connect.
networkPolicy.allowExternalEgress: Set networkPolicy.limitEgress, which is the opposite.
networkPolicy.ingressNSMatchLabels: Set networkPolicy.clients, who may connect.
useHostnames: Remove it. Members announce addresses that stay the same.
{{- end -}}
