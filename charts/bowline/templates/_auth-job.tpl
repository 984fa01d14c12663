{{- /* Metadata of the hook objects that make the passwords before an install. Argument: dict root, weight, annotations. */ -}}
{{- define "bowline.authJobMetadata" -}}
{{- include "bowline.metadata" (dict "root" .root "component" "job" "name" (include "bowline.authJobName" .root)
      "annotations" (list (dict
        "helm.sh/hook" "pre-install,pre-upgrade"
        "helm.sh/hook-weight" (toString .weight)
        "helm.sh/hook-output-log-policy" "hook-failed"
        "helm.sh/hook-delete-policy" "before-hook-creation,hook-succeeded") (.annotations | default dict))) -}}
{{- end -}}
