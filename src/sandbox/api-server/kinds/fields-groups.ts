// The fields of Kubernetes 1.36's types of all other groups, one type a line. How to read a line: fields.ts.

export const groupFields = `
admissionregistration.v1.MatchCondition name:1 string required|expression:2 string required
admissionregistration.v1.Rule apiGroups:1 []string|apiVersions:2 []string|resources:3 []string|scope:4 string ptr
admissionregistration.v1.RuleWithOperations operations:1 []string|.Rule:2 admissionregistration.v1.Rule
admissionregistration.v1.ServiceReference namespace:1 string required|name:2 string required|path:3 string ptr|port:4 int32 ptr
admissionregistration.v1.ValidatingWebhook name:1 string required|clientConfig:2 admissionregistration.v1.WebhookClientConfig required|rules:3 []admissionregistration.v1.RuleWithOperations|failurePolicy:4 string ptr|matchPolicy:9 string ptr|namespaceSelector:5 meta.v1.LabelSelector atomic|objectSelector:10 meta.v1.LabelSelector atomic|sideEffects:6 string required ptr|timeoutSeconds:7 int32 ptr|admissionReviewVersions:8 []string required|matchConditions:11 []admissionregistration.v1.MatchCondition keys=name patch=merge:name
admissionregistration.v1.ValidatingWebhookConfiguration metadata:1 meta.v1.ObjectMeta|webhooks:2 []admissionregistration.v1.ValidatingWebhook keys=name patch=merge:name
admissionregistration.v1.WebhookClientConfig url:3 string ptr|service:1 admissionregistration.v1.ServiceReference|caBundle:2 bytes
apiextensions.v1.CustomResourceColumnDefinition name:1 string required|type:2 string required|format:3 string|description:4 string|priority:5 int32|jsonPath:6 string required
apiextensions.v1.CustomResourceConversion strategy:1 string required|webhook:2 apiextensions.v1.WebhookConversion
apiextensions.v1.CustomResourceDefinition metadata:1 meta.v1.ObjectMeta|spec:2 apiextensions.v1.CustomResourceDefinitionSpec required|status:3 apiextensions.v1.CustomResourceDefinitionStatus
apiextensions.v1.CustomResourceDefinitionCondition type:1 string required|status:2 string required|lastTransitionTime:3 time|reason:4 string|message:5 string|observedGeneration:6 int64
apiextensions.v1.CustomResourceDefinitionNames plural:1 string required|singular:2 string|shortNames:3 []string|kind:4 string required|listKind:5 string|categories:6 []string
apiextensions.v1.CustomResourceDefinitionSpec group:1 string required|names:3 apiextensions.v1.CustomResourceDefinitionNames required|scope:4 string required|versions:7 []apiextensions.v1.CustomResourceDefinitionVersion required|conversion:9 apiextensions.v1.CustomResourceConversion|preserveUnknownFields:10 bool
apiextensions.v1.CustomResourceDefinitionStatus conditions:1 []apiextensions.v1.CustomResourceDefinitionCondition keys=type|acceptedNames:2 apiextensions.v1.CustomResourceDefinitionNames|storedVersions:3 []string|observedGeneration:4 int64
apiextensions.v1.CustomResourceDefinitionVersion name:1 string required|served:2 bool required|storage:3 bool required|deprecated:7 bool|deprecationWarning:8 string ptr|schema:4 apiextensions.v1.CustomResourceValidation|subresources:5 apiextensions.v1.CustomResourceSubresources|additionalPrinterColumns:6 []apiextensions.v1.CustomResourceColumnDefinition|selectableFields:9 []apiextensions.v1.SelectableField
apiextensions.v1.CustomResourceSubresourceScale specReplicasPath:1 string required|statusReplicasPath:2 string required|labelSelectorPath:3 string ptr
apiextensions.v1.CustomResourceSubresourceStatus
apiextensions.v1.CustomResourceSubresources status:1 apiextensions.v1.CustomResourceSubresourceStatus|scale:2 apiextensions.v1.CustomResourceSubresourceScale
apiextensions.v1.CustomResourceValidation openAPIV3Schema:1 apiextensions.v1.JSONSchemaProps
apiextensions.v1.ExternalDocumentation description:1 string|url:2 string
apiextensions.v1.JSONSchemaProps id:1 string|$schema:2 string|$ref:3 string ptr|description:4 string|type:5 string|format:6 string|title:7 string|default:8 json|maximum:9 double ptr|exclusiveMaximum:10 bool|minimum:11 double ptr|exclusiveMinimum:12 bool|maxLength:13 int64 ptr|minLength:14 int64 ptr|pattern:15 string|maxItems:16 int64 ptr|minItems:17 int64 ptr|uniqueItems:18 bool|multipleOf:19 double ptr|enum:20 []json|maxProperties:21 int64 ptr|minProperties:22 int64 ptr|required:23 []string|items:24 schemaorarray|allOf:25 []apiextensions.v1.JSONSchemaProps|oneOf:26 []apiextensions.v1.JSONSchemaProps|anyOf:27 []apiextensions.v1.JSONSchemaProps|not:28 apiextensions.v1.JSONSchemaProps|properties:29 {}apiextensions.v1.JSONSchemaProps|additionalProperties:30 schemaorbool|patternProperties:31 {}apiextensions.v1.JSONSchemaProps|dependencies:32 {}schemaorstrings|additionalItems:33 schemaorbool|definitions:34 {}apiextensions.v1.JSONSchemaProps|externalDocs:35 apiextensions.v1.ExternalDocumentation|example:36 json|nullable:37 bool|x-kubernetes-preserve-unknown-fields:38 bool ptr|x-kubernetes-embedded-resource:39 bool|x-kubernetes-int-or-string:40 bool|x-kubernetes-list-map-keys:41 []string|x-kubernetes-list-type:42 string ptr|x-kubernetes-map-type:43 string ptr|x-kubernetes-validations:44 []apiextensions.v1.ValidationRule keys=rule patch=merge:rule
apiextensions.v1.SelectableField jsonPath:1 string required
apiextensions.v1.ServiceReference namespace:1 string required|name:2 string required|path:3 string ptr|port:4 int32 ptr
apiextensions.v1.ValidationRule rule:1 string required|message:2 string|messageExpression:3 string|reason:4 string ptr|fieldPath:5 string|optionalOldSelf:6 bool ptr
apiextensions.v1.WebhookClientConfig url:3 string ptr|service:1 apiextensions.v1.ServiceReference|caBundle:2 bytes
apiextensions.v1.WebhookConversion clientConfig:2 apiextensions.v1.WebhookClientConfig|conversionReviewVersions:3 []string required
apiregistration.v1.APIService metadata:1 meta.v1.ObjectMeta|spec:2 apiregistration.v1.APIServiceSpec|status:3 apiregistration.v1.APIServiceStatus
apiregistration.v1.APIServiceCondition type:1 string required|status:2 string required|lastTransitionTime:3 time|reason:4 string|message:5 string
apiregistration.v1.APIServiceSpec service:1 apiregistration.v1.ServiceReference|group:2 string|version:3 string|insecureSkipTLSVerify:4 bool|caBundle:5 bytes|groupPriorityMinimum:7 int32 required|versionPriority:8 int32 required
apiregistration.v1.APIServiceStatus conditions:1 []apiregistration.v1.APIServiceCondition keys=type patch=merge:type
apiregistration.v1.ServiceReference namespace:1 string|name:2 string|port:3 int32 ptr
authentication.v1.BoundObjectReference kind:1 string|apiVersion:2 string|name:3 string|uid:4 string
authentication.v1.SelfSubjectReview metadata:1 meta.v1.ObjectMeta|status:2 authentication.v1.SelfSubjectReviewStatus
authentication.v1.SelfSubjectReviewStatus userInfo:1 authentication.v1.UserInfo
authentication.v1.TokenRequest metadata:1 meta.v1.ObjectMeta|spec:2 authentication.v1.TokenRequestSpec|status:3 authentication.v1.TokenRequestStatus
authentication.v1.TokenRequestSpec audiences:1 []string|expirationSeconds:4 int64 ptr|boundObjectRef:3 authentication.v1.BoundObjectReference
authentication.v1.TokenRequestStatus token:1 string|expirationTimestamp:2 time
authentication.v1.TokenReview metadata:1 meta.v1.ObjectMeta|spec:2 authentication.v1.TokenReviewSpec required|status:3 authentication.v1.TokenReviewStatus
authentication.v1.TokenReviewSpec token:1 string|audiences:2 []string
authentication.v1.TokenReviewStatus authenticated:1 bool|user:2 authentication.v1.UserInfo|audiences:4 []string|error:3 string
authentication.v1.UserInfo username:1 string|uid:2 string|groups:3 []string|extra:4 {}<>string
authorization.v1.FieldSelectorAttributes rawSelector:1 string|requirements:2 []meta.v1.FieldSelectorRequirement
authorization.v1.LabelSelectorAttributes rawSelector:1 string|requirements:2 []meta.v1.LabelSelectorRequirement
authorization.v1.LocalSubjectAccessReview metadata:1 meta.v1.ObjectMeta|spec:2 authorization.v1.SubjectAccessReviewSpec required|status:3 authorization.v1.SubjectAccessReviewStatus
authorization.v1.NonResourceAttributes path:1 string|verb:2 string
authorization.v1.NonResourceRule verbs:1 []string required|nonResourceURLs:2 []string
authorization.v1.ResourceAttributes namespace:1 string|verb:2 string|group:3 string|version:4 string|resource:5 string|subresource:6 string|name:7 string|fieldSelector:8 authorization.v1.FieldSelectorAttributes|labelSelector:9 authorization.v1.LabelSelectorAttributes
authorization.v1.ResourceRule verbs:1 []string required|apiGroups:2 []string|resources:3 []string|resourceNames:4 []string
authorization.v1.SelfSubjectAccessReview metadata:1 meta.v1.ObjectMeta|spec:2 authorization.v1.SelfSubjectAccessReviewSpec required|status:3 authorization.v1.SubjectAccessReviewStatus
authorization.v1.SelfSubjectAccessReviewSpec resourceAttributes:1 authorization.v1.ResourceAttributes|nonResourceAttributes:2 authorization.v1.NonResourceAttributes
authorization.v1.SelfSubjectRulesReview metadata:1 meta.v1.ObjectMeta|spec:2 authorization.v1.SelfSubjectRulesReviewSpec required|status:3 authorization.v1.SubjectRulesReviewStatus
authorization.v1.SelfSubjectRulesReviewSpec namespace:1 string
authorization.v1.SubjectAccessReview metadata:1 meta.v1.ObjectMeta|spec:2 authorization.v1.SubjectAccessReviewSpec required|status:3 authorization.v1.SubjectAccessReviewStatus
authorization.v1.SubjectAccessReviewSpec resourceAttributes:1 authorization.v1.ResourceAttributes|nonResourceAttributes:2 authorization.v1.NonResourceAttributes|user:3 string|groups:4 []string|extra:5 {}<>string|uid:6 string
authorization.v1.SubjectAccessReviewStatus allowed:1 bool required|denied:4 bool|reason:2 string|evaluationError:3 string
authorization.v1.SubjectRulesReviewStatus resourceRules:1 []authorization.v1.ResourceRule required|nonResourceRules:2 []authorization.v1.NonResourceRule required|incomplete:3 bool required|evaluationError:4 string
autoscaling.v1.Scale metadata:1 meta.v1.ObjectMeta|spec:2 autoscaling.v1.ScaleSpec|status:3 autoscaling.v1.ScaleStatus
autoscaling.v1.ScaleSpec replicas:1 int32
autoscaling.v1.ScaleStatus replicas:1 int32 required|selector:2 string
autoscaling.v2.ContainerResourceMetricSource name:1 string required|target:2 autoscaling.v2.MetricTarget required|container:3 string required
autoscaling.v2.ContainerResourceMetricStatus name:1 string required|current:2 autoscaling.v2.MetricValueStatus required|container:3 string required
autoscaling.v2.CrossVersionObjectReference kind:1 string required|name:2 string required|apiVersion:3 string
autoscaling.v2.ExternalMetricSource metric:1 autoscaling.v2.MetricIdentifier required|target:2 autoscaling.v2.MetricTarget required
autoscaling.v2.ExternalMetricStatus metric:1 autoscaling.v2.MetricIdentifier required|current:2 autoscaling.v2.MetricValueStatus required
autoscaling.v2.HPAScalingPolicy type:1 string required|value:2 int32 required|periodSeconds:3 int32 required
autoscaling.v2.HPAScalingRules stabilizationWindowSeconds:3 int32 ptr|selectPolicy:1 string ptr|policies:2 []autoscaling.v2.HPAScalingPolicy|tolerance:4 quantity
autoscaling.v2.HorizontalPodAutoscaler metadata:1 meta.v1.ObjectMeta|spec:2 autoscaling.v2.HorizontalPodAutoscalerSpec|status:3 autoscaling.v2.HorizontalPodAutoscalerStatus
autoscaling.v2.HorizontalPodAutoscalerBehavior scaleUp:1 autoscaling.v2.HPAScalingRules|scaleDown:2 autoscaling.v2.HPAScalingRules
autoscaling.v2.HorizontalPodAutoscalerCondition type:1 string required|status:2 string required|lastTransitionTime:3 time|reason:4 string|message:5 string
autoscaling.v2.HorizontalPodAutoscalerSpec scaleTargetRef:1 autoscaling.v2.CrossVersionObjectReference required|minReplicas:2 int32 ptr|maxReplicas:3 int32 required|metrics:4 []autoscaling.v2.MetricSpec|behavior:5 autoscaling.v2.HorizontalPodAutoscalerBehavior
autoscaling.v2.HorizontalPodAutoscalerStatus observedGeneration:1 int64 ptr|lastScaleTime:2 time|currentReplicas:3 int32|desiredReplicas:4 int32 required|currentMetrics:5 []autoscaling.v2.MetricStatus|conditions:6 []autoscaling.v2.HorizontalPodAutoscalerCondition keys=type patch=merge:type
autoscaling.v2.MetricIdentifier name:1 string required|selector:2 meta.v1.LabelSelector atomic
autoscaling.v2.MetricSpec type:1 string required|object:2 autoscaling.v2.ObjectMetricSource|pods:3 autoscaling.v2.PodsMetricSource|resource:4 autoscaling.v2.ResourceMetricSource|containerResource:7 autoscaling.v2.ContainerResourceMetricSource|external:5 autoscaling.v2.ExternalMetricSource
autoscaling.v2.MetricStatus type:1 string required|object:2 autoscaling.v2.ObjectMetricStatus|pods:3 autoscaling.v2.PodsMetricStatus|resource:4 autoscaling.v2.ResourceMetricStatus|containerResource:7 autoscaling.v2.ContainerResourceMetricStatus|external:5 autoscaling.v2.ExternalMetricStatus
autoscaling.v2.MetricTarget type:1 string required|value:2 quantity|averageValue:3 quantity|averageUtilization:4 int32 ptr
autoscaling.v2.MetricValueStatus value:1 quantity|averageValue:2 quantity|averageUtilization:3 int32 ptr
autoscaling.v2.ObjectMetricSource describedObject:1 autoscaling.v2.CrossVersionObjectReference required|target:2 autoscaling.v2.MetricTarget required|metric:3 autoscaling.v2.MetricIdentifier required
autoscaling.v2.ObjectMetricStatus metric:1 autoscaling.v2.MetricIdentifier required|current:2 autoscaling.v2.MetricValueStatus required|describedObject:3 autoscaling.v2.CrossVersionObjectReference required
autoscaling.v2.PodsMetricSource metric:1 autoscaling.v2.MetricIdentifier required|target:2 autoscaling.v2.MetricTarget required
autoscaling.v2.PodsMetricStatus metric:1 autoscaling.v2.MetricIdentifier required|current:2 autoscaling.v2.MetricValueStatus required
autoscaling.v2.ResourceMetricSource name:1 string required|target:2 autoscaling.v2.MetricTarget required
autoscaling.v2.ResourceMetricStatus name:1 string required|current:2 autoscaling.v2.MetricValueStatus required
batch.v1.CronJob metadata:1 meta.v1.ObjectMeta|spec:2 batch.v1.CronJobSpec|status:3 batch.v1.CronJobStatus
batch.v1.CronJobSpec schedule:1 string required|timeZone:8 string ptr|startingDeadlineSeconds:2 int64 ptr|concurrencyPolicy:3 string|suspend:4 bool ptr|jobTemplate:5 batch.v1.JobTemplateSpec required|successfulJobsHistoryLimit:6 int32 ptr|failedJobsHistoryLimit:7 int32 ptr
batch.v1.CronJobStatus active:1 []core.v1.ObjectReference|lastScheduleTime:4 time|lastSuccessfulTime:5 time
batch.v1.Job metadata:1 meta.v1.ObjectMeta|spec:2 batch.v1.JobSpec|status:3 batch.v1.JobStatus
batch.v1.JobCondition type:1 string required|status:2 string required|lastProbeTime:3 time|lastTransitionTime:4 time|reason:5 string|message:6 string
batch.v1.JobSpec parallelism:1 int32 ptr|completions:2 int32 ptr|activeDeadlineSeconds:3 int64 ptr|podFailurePolicy:11 batch.v1.PodFailurePolicy|successPolicy:16 batch.v1.SuccessPolicy|backoffLimit:7 int32 ptr|backoffLimitPerIndex:12 int32 ptr|maxFailedIndexes:13 int32 ptr|selector:4 meta.v1.LabelSelector atomic|manualSelector:5 bool ptr|template:6 core.v1.PodTemplateSpec required|ttlSecondsAfterFinished:8 int32 ptr|completionMode:9 string ptr|suspend:10 bool ptr|podReplacementPolicy:14 string ptr|managedBy:15 string ptr
batch.v1.JobStatus conditions:1 []batch.v1.JobCondition patch=merge:type|startTime:2 time|completionTime:3 time|active:4 int32|succeeded:5 int32|failed:6 int32|terminating:11 int32 ptr|completedIndexes:7 string|failedIndexes:10 string ptr|uncountedTerminatedPods:8 batch.v1.UncountedTerminatedPods|ready:9 int32 ptr
batch.v1.JobTemplateSpec metadata:1 meta.v1.ObjectMeta|spec:2 batch.v1.JobSpec
batch.v1.PodFailurePolicy rules:1 []batch.v1.PodFailurePolicyRule required
batch.v1.PodFailurePolicyOnExitCodesRequirement containerName:1 string ptr|operator:2 string required|values:3 []int32 set required
batch.v1.PodFailurePolicyOnPodConditionsPattern type:1 string required|status:2 string
batch.v1.PodFailurePolicyRule action:1 string required|onExitCodes:2 batch.v1.PodFailurePolicyOnExitCodesRequirement|onPodConditions:3 []batch.v1.PodFailurePolicyOnPodConditionsPattern
batch.v1.SuccessPolicy rules:1 []batch.v1.SuccessPolicyRule required
batch.v1.SuccessPolicyRule succeededIndexes:1 string ptr|succeededCount:2 int32 ptr
batch.v1.UncountedTerminatedPods succeeded:1 []string set|failed:2 []string set
coordination.v1.Lease metadata:1 meta.v1.ObjectMeta|spec:2 coordination.v1.LeaseSpec
coordination.v1.LeaseSpec holderIdentity:1 string ptr|leaseDurationSeconds:2 int32 ptr|acquireTime:3 microtime|renewTime:4 microtime|leaseTransitions:5 int32 ptr|strategy:6 string ptr|preferredHolder:7 string ptr
discovery.v1.Endpoint addresses:1 []string set required|conditions:2 discovery.v1.EndpointConditions|hostname:3 string ptr|targetRef:4 core.v1.ObjectReference atomic|deprecatedTopology:5 {}string|nodeName:6 string ptr|zone:7 string ptr|hints:8 discovery.v1.EndpointHints
discovery.v1.EndpointConditions ready:1 bool ptr|serving:2 bool ptr|terminating:3 bool ptr
discovery.v1.EndpointHints forZones:1 []discovery.v1.ForZone|forNodes:2 []discovery.v1.ForNode
discovery.v1.EndpointPort name:1 string ptr|protocol:2 string ptr|port:3 int32 ptr|appProtocol:4 string ptr
discovery.v1.EndpointSlice metadata:1 meta.v1.ObjectMeta|addressType:4 string required|endpoints:2 []discovery.v1.Endpoint|ports:3 []discovery.v1.EndpointPort
discovery.v1.ForNode name:1 string required
discovery.v1.ForZone name:1 string required
events.v1.Event metadata:1 meta.v1.ObjectMeta|eventTime:2 microtime required|series:3 events.v1.EventSeries|reportingController:4 string|reportingInstance:5 string|action:6 string|reason:7 string|regarding:8 core.v1.ObjectReference atomic|related:9 core.v1.ObjectReference atomic|note:10 string|type:11 string|deprecatedSource:12 core.v1.EventSource|deprecatedFirstTimestamp:13 time|deprecatedLastTimestamp:14 time|deprecatedCount:15 int32
events.v1.EventSeries count:1 int32 required|lastObservedTime:2 microtime required
networking.v1.HTTPIngressPath path:1 string|pathType:3 string required ptr|backend:2 networking.v1.IngressBackend required
networking.v1.HTTPIngressRuleValue paths:1 []networking.v1.HTTPIngressPath required
networking.v1.IPBlock cidr:1 string required|except:2 []string
networking.v1.Ingress metadata:1 meta.v1.ObjectMeta|spec:2 networking.v1.IngressSpec|status:3 networking.v1.IngressStatus
networking.v1.IngressBackend service:4 networking.v1.IngressServiceBackend|resource:3 core.v1.TypedLocalObjectReference atomic
networking.v1.IngressLoadBalancerIngress ip:1 string|hostname:2 string|ports:4 []networking.v1.IngressPortStatus
networking.v1.IngressLoadBalancerStatus ingress:1 []networking.v1.IngressLoadBalancerIngress
networking.v1.IngressPortStatus port:1 int32 required|protocol:2 string required|error:3 string ptr
networking.v1.IngressRule host:1 string|.IngressRuleValue:2 networking.v1.IngressRuleValue
networking.v1.IngressRuleValue http:1 networking.v1.HTTPIngressRuleValue
networking.v1.IngressServiceBackend name:1 string required|port:2 networking.v1.ServiceBackendPort atomic
networking.v1.IngressSpec ingressClassName:4 string ptr|defaultBackend:1 networking.v1.IngressBackend|tls:2 []networking.v1.IngressTLS|rules:3 []networking.v1.IngressRule
networking.v1.IngressStatus loadBalancer:1 networking.v1.IngressLoadBalancerStatus
networking.v1.IngressTLS hosts:1 []string|secretName:2 string
networking.v1.NetworkPolicy metadata:1 meta.v1.ObjectMeta|spec:2 networking.v1.NetworkPolicySpec
networking.v1.NetworkPolicyEgressRule ports:1 []networking.v1.NetworkPolicyPort|to:2 []networking.v1.NetworkPolicyPeer
networking.v1.NetworkPolicyIngressRule ports:1 []networking.v1.NetworkPolicyPort|from:2 []networking.v1.NetworkPolicyPeer
networking.v1.NetworkPolicyPeer podSelector:1 meta.v1.LabelSelector atomic|namespaceSelector:2 meta.v1.LabelSelector atomic|ipBlock:3 networking.v1.IPBlock
networking.v1.NetworkPolicyPort protocol:1 string ptr|port:2 intstr|endPort:3 int32 ptr
networking.v1.NetworkPolicySpec podSelector:1 meta.v1.LabelSelector atomic|ingress:2 []networking.v1.NetworkPolicyIngressRule|egress:3 []networking.v1.NetworkPolicyEgressRule|policyTypes:4 []string
networking.v1.ServiceBackendPort name:1 string|number:2 int32
policy.v1.Eviction metadata:1 meta.v1.ObjectMeta|deleteOptions:2 meta.v1.DeleteOptions
policy.v1.PodDisruptionBudget metadata:1 meta.v1.ObjectMeta|spec:2 policy.v1.PodDisruptionBudgetSpec|status:3 policy.v1.PodDisruptionBudgetStatus
policy.v1.PodDisruptionBudgetSpec minAvailable:1 intstr|selector:2 meta.v1.LabelSelector patch=replace atomic|maxUnavailable:3 intstr|unhealthyPodEvictionPolicy:4 string ptr
policy.v1.PodDisruptionBudgetStatus observedGeneration:1 int64|disruptedPods:2 {}time|disruptionsAllowed:3 int32|currentHealthy:4 int32|desiredHealthy:5 int32|expectedPods:6 int32|conditions:7 []meta.v1.Condition keys=type patch=merge:type
rbac.v1.AggregationRule clusterRoleSelectors:1 []meta.v1.LabelSelector
rbac.v1.ClusterRole metadata:1 meta.v1.ObjectMeta|rules:2 []rbac.v1.PolicyRule|aggregationRule:3 rbac.v1.AggregationRule
rbac.v1.ClusterRoleBinding metadata:1 meta.v1.ObjectMeta|subjects:2 []rbac.v1.Subject|roleRef:3 rbac.v1.RoleRef required atomic
rbac.v1.PolicyRule verbs:1 []string required|apiGroups:2 []string|resources:3 []string|resourceNames:4 []string|nonResourceURLs:5 []string
rbac.v1.Role metadata:1 meta.v1.ObjectMeta|rules:2 []rbac.v1.PolicyRule
rbac.v1.RoleBinding metadata:1 meta.v1.ObjectMeta|subjects:2 []rbac.v1.Subject|roleRef:3 rbac.v1.RoleRef required atomic
rbac.v1.RoleRef apiGroup:1 string|kind:2 string required|name:3 string required
rbac.v1.Subject kind:1 string required|apiGroup:2 string|name:3 string required|namespace:4 string
scheduling.v1.PriorityClass metadata:1 meta.v1.ObjectMeta|value:2 int32|globalDefault:3 bool|description:4 string|preemptionPolicy:5 string ptr
`;
