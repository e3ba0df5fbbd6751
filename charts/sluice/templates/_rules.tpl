{{/* What Sluice's account may do, and what for. rbac.yaml says where: in the whole cluster, or in the namespaces that are served. */}}

{{/* In every namespace that is served. */}}
{{- define "sluice.rules.served" -}}
# The objects themselves; patch for the finalizer and the name label.
- apiGroups: [keda.sh]
  resources: [scaledobjects, scaledjobs]
  verbs: [get, list, watch, patch]
- apiGroups: [keda.sh]
  resources: [scaledobjects/status, scaledjobs/status]
  verbs: [patch]
# The owner reference of an HPA or a Job blocks the owner's deletion, which some clusters allow only to those who may do this.
- apiGroups: [keda.sh]
  resources: [scaledobjects/finalizers, scaledjobs/finalizers]
  verbs: [update]
# patch for the finalizer that KEDA leaves behind: without it they could not be deleted.
- apiGroups: [keda.sh]
  resources: [triggerauthentications]
  verbs: [get, list, watch, patch]
# Which ScaledObjects use it.
- apiGroups: [keda.sh]
  resources: [triggerauthentications/status]
  verbs: [patch]
# Where CloudEvents go; patch for the finalizer that KEDA leaves behind.
- apiGroups: [eventing.keda.sh]
  resources: [cloudeventsources]
  verbs: [list, watch, patch]
- apiGroups: [eventing.keda.sh]
  resources: [cloudeventsources/status]
  verbs: [patch]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [get, list, watch, create, patch, delete]
# What ScaledJobs start, and clear away when it is over.
- apiGroups: [batch]
  resources: [jobs]
  verbs: [get, list, watch, create, delete]
# The usual targets: their size, and the environment that triggers refer to.
- apiGroups: [apps]
  resources: [deployments, statefulsets]
  verbs: [get, list, watch]
- apiGroups: [apps]
  resources: [deployments/scale, statefulsets/scale]
  verbs: [get, patch]
{{- if .Values.rbac.enabledCustomScaledRefKinds }}
{{- range .Values.rbac.scaledRefKinds | default (list (dict "apiGroup" "*" "kind" "*")) }}
{{- $resource := .resource | default (ternary "*" (printf "%ss" (lower (.kind | default ""))) (eq (.kind | default "*") "*")) }}
{{- if and (eq .apiGroup "*") (eq $resource "*") }}
# Anything that can be scaled. This reads its /scale and nothing else of it: not what its pods see, and no Secret.
- apiGroups: ["*"]
  resources: ["*/scale"]
  verbs: [get, patch]
{{- else }}
- apiGroups: [{{ .apiGroup | quote }}]
  resources: [{{ $resource | quote }}]
  verbs: [get]
- apiGroups: [{{ .apiGroup | quote }}]
  resources: [{{ printf "%s/scale" $resource | quote }}]
  verbs: [get, patch]
{{- end }}
{{- end }}
{{- end }}
# What a TriggerAuthentication or a container's environment refers to.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch]
# Whose role at AWS a pod identity with identityOwner workload takes on.
- apiGroups: [""]
  resources: [serviceaccounts]
  verbs: [get, list, watch]
{{- if .Values.permissions.operator.restrict.allowAllServiceAccountTokenCreation }}
{{ include "sluice.rules.tokens" (dict) }}
{{- end }}
# What a kubernetes-workload trigger counts, and the pods of ScaledJobs of strategy accurate or eager; watched while there is one.
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
# Where a Service answers that a metrics-api trigger asks as a whole; a Service is watched while it has such a trigger.
- apiGroups: [discovery.k8s.io]
  resources: [endpointslices]
  verbs: [list, watch]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
{{- if .Values.webhooks.enabled }}
# A cpu or memory trigger needs a request, which a LimitRange may give.
- apiGroups: [""]
  resources: [limitranges]
  verbs: [list]
{{- end }}
{{- end }}

{{/* Credentials of brokers, wherever they may be read. A list or watch of one Secret by its name counts as that Secret. */}}
{{- define "sluice.rules.secrets" -}}
- apiGroups: [""]
  resources: [secrets]
  {{- with .Values.permissions.operator.restrict.namesAllowList }}
  resourceNames: {{ toJson . }}
  {{- end }}
  verbs: [get, list, watch]
{{- end }}

{{/* Tokens of ServiceAccounts: (dict "names" …), or all of them. */}}
{{- define "sluice.rules.tokens" -}}
# For boundServiceAccountToken, and for logins at Vault.
- apiGroups: [""]
  resources: [serviceaccounts/token]
  {{- with .names }}
  resourceNames: {{ toJson . }}
  {{- end }}
  verbs: [create]
{{- end }}

{{/* What is in no namespace, so that no Role can grant it. */}}
{{- define "sluice.rules.cluster" -}}
- apiGroups: [keda.sh]
  resources: [clustertriggerauthentications]
  verbs: [get, list, watch]
- apiGroups: [eventing.keda.sh]
  resources: [clustercloudeventsources]
  verbs: [list, watch]
{{- if eq (include "sluice.watchNamespaces" .) "[]" }}
- apiGroups: [keda.sh]
  resources: [clustertriggerauthentications, clustertriggerauthentications/status]
  verbs: [patch]
- apiGroups: [eventing.keda.sh]
  resources: [clustercloudeventsources, clustercloudeventsources/status]
  verbs: [patch]
{{- end }}
{{- if ne (include "sluice.isCertificateSupplied" .) "true" }}
# The CA of the self-made certificates goes into these objects.
{{- if and .Values.metricsServer.enabled .Values.certificates.operator.apiServicePatching.enabled }}
- apiGroups: [apiregistration.k8s.io]
  resources: [apiservices]
  resourceNames: [{{ include "sluice.apiService" . }}]
  verbs: [get, patch]
{{- end }}
{{- if .Values.webhooks.enabled }}
- apiGroups: [admissionregistration.k8s.io]
  resources: [validatingwebhookconfigurations]
  resourceNames: [{{ include "sluice.webhookConfiguration" . }}]
  verbs: [get, patch]
{{- end }}
{{- end }}
{{- end }}

{{/* In the namespace of the release, for Sluice's own sake. Nothing if there is nothing. */}}
{{- define "sluice.rules.own" -}}
{{- if ne (include "sluice.isCertificateSupplied" .) "true" }}
# The self-made certificates; creating, which cannot be bound to a name, for a Secret that somebody deleted.
- apiGroups: [""]
  resources: [secrets]
  verbs: [create]
- apiGroups: [""]
  resources: [secrets]
  resourceNames: [{{ .Values.certificates.secretName }}]
  verbs: [get, update]
{{- end }}
{{- if ne (include "sluice.watchNamespaces" .) "[]" }}
# What a ClusterTriggerAuthentication refers to; where everything is served, the rule there has it.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch]
{{- if .Values.permissions.operator.restrict.allowAllServiceAccountTokenCreation }}
{{ include "sluice.rules.tokens" (dict) }}
{{- end }}
{{- end }}
{{- if eq (include "sluice.isShared" .) "true" }}
# Who is there, and whose objects are whose.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [list, watch, create, patch, delete]
{{- end }}
{{- end }}

{{/* Where Secrets may be read, as JSON: {"everywhere": true} or {"namespaces": […]}. */}}
{{- define "sluice.secretScope" -}}
{{- $restrict := .Values.permissions.operator.restrict -}}
{{- $served := include "sluice.watchNamespaces" . | fromJsonArray -}}
{{- $home := list .Release.Namespace -}}
{{- if and $restrict.secret (or $restrict.namespacesAllowList (not $restrict.namesAllowList)) -}}
{{ dict "namespaces" (concat $home $restrict.namespacesAllowList | uniq) | toJson }}
{{- else if $served -}}
{{ dict "namespaces" (concat $home $served | uniq) | toJson }}
{{- else -}}
{{ dict "everywhere" true | toJson }}
{{- end -}}
{{- end }}
