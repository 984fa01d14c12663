{{- /*
The gate: one hook Job before an install, an upgrade and a rollback. It refuses what would destroy or stop what runs, and makes
the passwords once. See docs/decisions/0029-upgrade-gate.md.
*/ -}}

{{- /* "true" when there is one: it asks the API server, and makes passwords. Argument: the root. */ -}}
{{- define "bowline.gate" -}}
{{- if .Values.rbac.create }}true{{ end -}}
{{- end -}}

{{- /* "true" when the passwords are made in the cluster. Argument: the root. */ -}}
{{- define "bowline.makesPasswords" -}}
{{- with .Values.auth }}{{ if and .enabled (not .password) (not .existingSecret) }}true{{ end }}{{ end -}}
{{- end -}}

{{- /* Name of the gate's Job, Secret, account, role and binding. Argument: the root. */ -}}
{{- define "bowline.gateName" -}}
{{- include "bowline.baseName" . }}-gate
{{- end -}}

{{- /* Metadata of a hook object. Argument: dict root, weight, annotations. */ -}}
{{- define "bowline.gateMetadata" -}}
{{- include "bowline.metadata" (dict "root" .root "component" "job" "name" (include "bowline.gateName" .root)
      "annotations" (list (dict
        "helm.sh/hook" "pre-install,pre-upgrade,pre-rollback"
        "helm.sh/hook-weight" (toString .weight)
        "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded"
        "helm.sh/hook-output-log-policy" "hook-failed") (.annotations | default dict))) -}}
{{- end -}}

{{- /* The claims that StatefulSets fix, by component, as JSON. Argument: the root. */ -}}
{{- define "bowline.gateClaims" -}}
{{- $claims := dict -}}
{{- range $component := include "bowline.components" . | fromYamlArray -}}
{{- $group := dict "root" $ "component" $component -}}
{{- if include "bowline.isPersistent" $group -}}
{{- $template := include "bowline.volumeClaim" $group | fromYaml -}}
{{- $spec := $template.spec -}}
{{- $claim := dict "size" $spec.resources.requests.storage "accessModes" $spec.accessModes
      "labels" $template.metadata.labels "annotations" ($template.metadata.annotations | default dict) -}}
{{- if hasKey $spec "storageClassName" -}}
{{- $claim = set $claim "storageClass" $spec.storageClassName -}}
{{- end -}}
{{- $claims = set $claims $component $claim -}}
{{- end -}}
{{- end -}}
{{- toJson $claims -}}
{{- end -}}

{{- /* Keys of the Secret by the files that members read, as JSON. Argument: the root. */ -}}
{{- define "bowline.gateKeys" -}}
{{- $keys := dict -}}
{{- range include "bowline.configVolumes" . | fromYamlArray -}}
{{- range (eq .name "auth" | ternary . (dict "projected" dict)).projected.sources -}}
{{- range .secret.items }}{{ $keys = set $keys .path .key }}{{ end -}}
{{- end -}}
{{- end -}}
{{- toJson $keys -}}
{{- end -}}

{{- /* What `bowline upgrade-check` reads. Argument: the root. */ -}}
{{- define "bowline.gateJson" -}}
{{- $own := and (eq true .Values.auth.enabled) (empty .Values.auth.existingSecret) -}}
{{- toPrettyJson (dict
  "instance" .Release.Name
  "alone" .Chart.IsRoot
  "name" (include "bowline.appName" .)
  "config" (printf "%s-config" (include "bowline.baseName" .))
  "record" (include "bowline.recordName" .)
  "secret" (.Values.auth.enabled | ternary (include "bowline.secretName" .) "")
  "secretKeys" (include "bowline.gateKeys" . | fromJson)
  "ownSecret" $own
  "createSecret" (eq "true" (include "bowline.makesPasswords" .))
  "secretAnnotations" (include "bowline.firstWins" (list .Values.auth.secretAnnotations) | fromYaml)
  "binding" (include "bowline.gateBinding" . | fromJson)
  "passwords" (dict
    "clients" ($own | ternary (.Values.auth.password | default "") "")
    "members" ($own | ternary (.Values.auth.replicationPassword | default "") ""))
  "claims" (include "bowline.gateClaims" . | fromJson)
  "image" (include "bowline.engineImage" .)
  "tryEngine" (eq "true" (include "bowline.triesEngine" .))
  "confirm" (.Values.upgrade.confirm | default list)) -}}
{{- end -}}
