{{- /* What users say about pods: for servers at the top of the values, for sentinels also below `sentinel`. */ -}}

{{- /*
A value that sentinels may have of their own, below `sentinel`; else, and for all others, the one at the top. As YAML, {value: ...}.
Argument: dict group, name.
*/ -}}
{{- define "bowline.setting" -}}
{{- $value := get .group.root.Values .name -}}
{{- $own := eq .group.component "sentinel" | ternary .group.root.Values.sentinel dict -}}
{{- if hasKey $own .name }}{{ if not (kindIs "invalid" (index $own .name)) }}{{ $value = index $own .name }}{{ end }}{{ end -}}
{{- if $value }}{{ toYaml (dict "value" $value) }}{{ else }}{}{{ end -}}
{{- end -}}

{{- /* What users add to the pods; sentinels have values of their own. As YAML. Argument: a group. */ -}}
{{- define "bowline.additions" -}}
{{- $additions := dict -}}
{{- range $name, $value := eq .component "server" | ternary .root.Values .root.Values.sentinel -}}
{{- if and (hasPrefix "extra" $name) $value }}{{ $additions = set $additions $name $value }}{{ end -}}
{{- end -}}
{{- toYaml $additions -}}
{{- end -}}

{{- /* Environment variables of the user; their values may be numbers and booleans. As YAML. Argument: a list. */ -}}
{{- define "bowline.env" -}}
{{- $all := list -}}
{{- range . -}}
{{- $variable := omit . "value" -}}
{{- if hasKey . "value" }}{{ $variable = set $variable "value" (include "bowline.text" .value) }}{{ end -}}
{{- $all = append $all $variable -}}
{{- end -}}
{{- toYaml $all -}}
{{- end -}}
