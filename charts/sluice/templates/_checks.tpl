{{/* What values.schema.json cannot say. Every problem at once, each with what to do. */}}
{{- define "sluice.checks" }}
{{- $problems := list }}
{{- $values := .Values }}

{{- $ports := list (int $values.prometheus.operator.port) }}
{{- if $values.metricsServer.enabled }}{{ $ports = append $ports (int $values.service.portHttpsTarget) }}{{ end }}
{{- if $values.webhooks.enabled }}{{ $ports = append $ports (int ($values.webhooks.port | default 9443)) }}{{ end }}
{{- if ne (len ($ports | uniq)) (len $ports) }}
{{- $problems = append $problems (printf "prometheus.operator.port, service.portHttpsTarget and webhooks.port are ports of one pod and have to differ: found %s" (join ", " $ports)) }}
{{- end }}

{{- with $values.podDisruptionBudget.operator }}
{{- if and (hasKey . "minAvailable") (hasKey . "maxUnavailable") }}
{{- $problems = append $problems "podDisruptionBudget.operator: Kubernetes takes minAvailable or maxUnavailable, not both" }}
{{- end }}
{{- end }}

{{- with $values.permissions.operator.restrict }}
{{- if and .namespacesAllowList (not .secret) }}
{{- $problems = append $problems "permissions.operator.restrict.namespacesAllowList restricts nothing as long as permissions.operator.restrict.secret is false: set that to true" }}
{{- end }}
{{- end }}

{{- with $values.serviceAccount.operator }}
{{- if and (not .create) (not .name) }}
{{- $problems = append $problems "serviceAccount.operator.create is false: name the account that is there in serviceAccount.operator.name" }}
{{- end }}
{{- end }}

{{- with $values.podIdentity }}
{{- if and .aws.irsa.enabled (not .aws.irsa.roleArn) }}
{{- $problems = append $problems "podIdentity.aws.irsa.enabled needs podIdentity.aws.irsa.roleArn" }}
{{- end }}
{{- if and .gcp.enabled (not .gcp.gcpIAMServiceAccount) }}
{{- $problems = append $problems "podIdentity.gcp.enabled needs podIdentity.gcp.gcpIAMServiceAccount" }}
{{- end }}
{{- end }}

{{- with $values.certificates.certManager }}
{{- if and .enabled (not .issuer.generate) (not .issuer.name) }}
{{- $problems = append $problems "certificates.certManager.issuer.generate is false: name your issuer in certificates.certManager.issuer.name" }}
{{- end }}
{{- end }}

{{- $named := dict
      "watch-namespace" "watchNamespace"
      "watch-label-selector" "watchLabelSelector"
      "watch-label-selector-for-triggerauth" "watchLabelSelectorForTriggerauth"
      "diagnostics-address" "prometheus.operator.port"
      "secure-port" "service.portHttpsTarget"
      "webhook-port" "webhooks.port"
      "webhook-service-name" "webhooks.name"
      "service-name" "fullnameOverride"
      "webhook-configuration-name" "fullnameOverride"
      "metrics-adapter" "metricsServer.enabled"
      "admission-webhook" "webhooks.enabled"
      "membership" "operator.replicaCount"
      "cert-secret-name" "certificates.secretName"
      "enable-apiservice-patching" "certificates.operator.apiServicePatching.enabled"
      "tls-cert-file" "certificates.mountPath"
      "tls-private-key-file" "certificates.mountPath"
      "log-level" "logging.operator.level"
      "log-format" "logging.operator.format"
      "read-timeout" "http.timeout"
      "http-min-tls-version" "http.minTlsVersion"
      "http-tls-cipher-list" "http.tlsCipherList"
      "tls-min-version" "service.minTlsVersion"
      "tls-cipher-suites" "service.tlsCipherList"
      "ca-dir" "certificates.operator.caDirs"
      "identity-hosts" "podIdentity.hosts"
      "k8s-cluster-domain" "clusterDomain"
}}
{{- range $flag, $_ := $values.extraArgs.sluice }}
{{- with get $named $flag }}
{{- $problems = append $problems (printf "extraArgs.sluice.%s: the chart sets this flag, and other objects with it: use %s" $flag .) }}
{{- end }}
{{- end }}

{{- if not $values.takeOwnership }}
{{- $problems = concat $problems (include "sluice.foreign" . | fromJsonArray) }}
{{- end }}
{{- with $problems }}
{{- fail (printf "\n  - %s\n" (join "\n  - " .)) }}
{{- end }}
{{- end }}

{{/* What is in the cluster and belongs to somebody else, as a JSON list of sentences. A template without a cluster finds nothing. */}}
{{- define "sluice.foreign" }}
{{- $problems := list }}
{{- if .Values.crds.install }}
{{- $foreign := list }}
{{- range $path, $_ := .Files.Glob "files/crds/*.yaml" }}
{{- $name := ($.Files.Get $path | fromYaml).metadata.name }}
{{- $there := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" $name }}
{{- if and $there (ne (include "sluice.isOurs" (dict "root" $ "object" $there)) "true") }}
{{- $foreign = append $foreign $name }}
{{- end }}
{{- end }}
{{- with $foreign }}
{{- $problems = append $problems (printf "the CustomResourceDefinitions %s are there and do not belong to release %s/%s (KEDA's?): leave them to their owner with --set crds.install=false, and give them Sluice's fields with `kubectl apply --server-side --force-conflicts -f deploy/crds.yaml`; or take them over with --take-ownership --set takeOwnership=true" (join ", " .) $.Release.Namespace $.Release.Name) }}
{{- end }}
{{- end }}
{{- if .Values.metricsServer.enabled }}
{{- $there := lookup "apiregistration.k8s.io/v1" "APIService" "" (include "sluice.apiService" .) }}
{{- if and $there (ne (include "sluice.isOurs" (dict "root" . "object" $there)) "true") }}
{{- $problems = append $problems (printf "the APIService %s belongs to %s, and a cluster has one server of external metrics: install beside it with --set metricsServer.enabled=false and a watchNamespace of its own, or take its place with --take-ownership --set takeOwnership=true (docs/migrating-from-keda.md)" (include "sluice.apiService" .) (include "sluice.serverOf" $there)) }}
{{- end }}
{{- end }}
{{- if and .Release.IsInstall (ne (include "sluice.isCertificateSupplied" .) "true") }}
{{- $name := .Values.certificates.secretName }}
{{- $there := lookup "v1" "Secret" .Release.Namespace $name }}
{{- if and $there (ne (include "sluice.isOurs" (dict "root" . "object" $there)) "true") }}
{{- $problems = append $problems (printf "the Secret %s/%s is there and does not belong to release %s: name another one in certificates.secretName, or delete it if nobody uses it" .Release.Namespace $name .Release.Name) }}
{{- end }}
{{- end }}
{{ toJson $problems }}
{{- end }}

{{- define "sluice.isOurs" -}}
{{- $marks := .object.metadata.annotations | default dict -}}
{{ and (eq (get $marks "meta.helm.sh/release-name") .root.Release.Name) (eq (get $marks "meta.helm.sh/release-namespace") .root.Release.Namespace) }}
{{- end }}

{{/* Who answers for an APIService, in words. */}}
{{- define "sluice.serverOf" -}}
{{- with .spec.service -}}
Service {{ .namespace }}/{{ .name }}
{{- else -}}
the API server itself
{{- end -}}
{{- end }}
