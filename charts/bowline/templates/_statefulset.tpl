{{- /*
The objects around one group of members. A group is a StatefulSet: a shard, or in mode sentinel all servers or all sentinels.
It is described by a dict: root, component (server, sentinel), name, replicas, in mode cluster also shard.
*/ -}}

{{- /* "true" when the group has volumes. Argument: a group. */ -}}
{{- define "bowline.isPersistent" -}}
{{- $own := .root.Values.sentinel.persistence.enabled -}}
{{- $servers := .root.Values.persistence.enabled -}}
{{- if and (eq .component "sentinel") (kindIs "bool" $own) | ternary $own $servers }}true{{ end -}}
{{- end -}}

{{- /* Argument: a group, with podAnnotations. */ -}}
{{- define "bowline.statefulSet" -}}
{{- $v := .root.Values -}}
{{- $annotations := (include "bowline.setting" (dict "group" . "name" "podAnnotations") | fromYaml).value -}}
{{- $own := (include "bowline.setting" (dict "group" . "name" "statefulSetAnnotations") | fromYaml).value -}}
apiVersion: apps/v1
kind: StatefulSet
metadata:
  {{- include "bowline.metadata" (set (omit . "annotations") "annotations" (list $own)) | nindent 2 }}
spec:
  # Fixed after the first install: serviceName, podManagementPolicy, selector, volumeClaimTemplates.
  serviceName: {{ printf "%s-headless" .name | quote }}
  podManagementPolicy: Parallel
  replicas: {{ int64 .replicas }}
  minReadySeconds: {{ int64 $v.minReadySeconds }}
  revisionHistoryLimit: {{ int64 $v.revisionHistoryLimit }}
  selector:
    matchLabels:
      {{- include "bowline.matchLabels" . | nindent 6 }}
  updateStrategy:
    type: {{ $v.updateStrategy.type }}
    {{- if eq $v.updateStrategy.type "RollingUpdate" }}
    rollingUpdate:
      partition: {{ eq .component "server" | ternary $v.updateStrategy.partition 0 | int64 }}
    {{- end }}
  {{- if include "bowline.isPersistent" . }}
  persistentVolumeClaimRetentionPolicy:
    whenDeleted: {{ eq true $v.persistence.keepAfterDeletion | ternary "Retain" "Delete" }}
    whenScaled: Retain
  {{- end }}
  template:
    metadata:
      labels:
        {{- include "bowline.podLabels" . | nindent 8 }}
      {{- include "bowline.annotations" (dict "root" .root "annotations" (list .podAnnotations $annotations (include "bowline.scrapeAnnotations" .root | fromYaml))) | nindent 6 }}
    spec:
      {{- include "bowline.memberSpec" . | nindent 6 }}
  {{- if include "bowline.isPersistent" . }}
  volumeClaimTemplates:
    - {{ include "bowline.volumeClaim" . | nindent 6 | trim }}
  {{- end }}
{{- end -}}

{{- /* Governing Service of the StatefulSet: host names for the pods. Argument: a group. */ -}}
{{- define "bowline.governingService" -}}
{{- $meta := set (omit . "name") "name" (printf "%s-headless" .name) -}}
{{- if include "bowline.metricsBy" (dict "root" .root "name" "serviceMonitor") }}{{ $meta = set $meta "labels" (dict "bowline/scraped" "true") }}{{ end -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "bowline.metadata" $meta | nindent 2 }}
spec:
  type: ClusterIP
  clusterIP: None
  publishNotReadyAddresses: true
  {{- with include "bowline.ipFamilies" .root }}
  {{- . | nindent 2 }}
  {{- end }}
  selector:
    {{- include "bowline.matchLabels" . | nindent 4 }}
  ports:
    {{- include "bowline.memberPorts" . | trim | nindent 4 }}
{{- end -}}

{{- /* Service of one member. Argument: a group, with ordinal. */ -}}
{{- define "bowline.memberService" -}}
{{- $name := printf "%s-%d" .name (int .ordinal) -}}
{{- $meta := set (omit . "name") "name" $name -}}
{{- $meta = set $meta "annotations" (list .root.Values.memberServices.annotations) -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "bowline.metadata" $meta | nindent 2 }}
spec:
  type: ClusterIP
  # Members talk to each other before they are ready for clients.
  publishNotReadyAddresses: true
  {{- with include "bowline.ipFamilies" .root }}
  {{- . | nindent 2 }}
  {{- end }}
  selector:
    {{- include "bowline.matchLabels" . | nindent 4 }}
    statefulset.kubernetes.io/pod-name: {{ $name | quote }}
  ports:
    {{- include "bowline.memberPorts" . | trim | nindent 4 }}
{{- end -}}
