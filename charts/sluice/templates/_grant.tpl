{{/*
A Role with its binding to Sluice's account, or their cluster-wide forms if there is no namespace:
(dict "root" $ "name" … "namespace" … "rules" …). Nothing if there are no rules.
*/}}
{{- define "sluice.grant" }}
{{- $kind := ternary "Role" "ClusterRole" (not (empty .namespace)) }}
{{- with .rules | trim }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ $kind }}
metadata:
  name: {{ $.name }}
  {{- with $.namespace }}
  namespace: {{ . }}
  {{- end }}
  {{- include "sluice.marks" (dict "root" $.root) | nindent 2 }}
rules:
  {{- . | nindent 2 }}
{{- include "sluice.binding" (dict "root" $.root "name" $.name "namespace" $.namespace "kind" $kind "role" $.name) }}
{{- end }}
{{- end }}

{{- define "sluice.binding" }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ ternary "RoleBinding" "ClusterRoleBinding" (not (empty .namespace)) }}
metadata:
  name: {{ .name }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  {{- include "sluice.marks" (dict "root" .root) | nindent 2 }}
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: {{ .kind }}, name: {{ .role | quote }} }
subjects:
  - { kind: ServiceAccount, name: {{ include "sluice.serviceAccount" .root }}, namespace: {{ .root.Release.Namespace }} }
{{- end }}
