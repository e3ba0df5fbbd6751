// The fields of Kubernetes 1.36's types of core, meta and apps, one type a line. How to read a line: fields.ts.

export const coreFields = `
apps.v1.ControllerRevision metadata:1 meta.v1.ObjectMeta|data:2 raw|revision:3 int64 required
apps.v1.DaemonSet metadata:1 meta.v1.ObjectMeta|spec:2 apps.v1.DaemonSetSpec|status:3 apps.v1.DaemonSetStatus
apps.v1.DaemonSetCondition type:1 string required|status:2 string required|lastTransitionTime:3 time|reason:4 string|message:5 string
apps.v1.DaemonSetSpec selector:1 meta.v1.LabelSelector required atomic|template:2 core.v1.PodTemplateSpec required|updateStrategy:3 apps.v1.DaemonSetUpdateStrategy|minReadySeconds:4 int32|revisionHistoryLimit:6 int32 ptr
apps.v1.DaemonSetStatus currentNumberScheduled:1 int32 required|numberMisscheduled:2 int32 required|desiredNumberScheduled:3 int32 required|numberReady:4 int32 required|observedGeneration:5 int64|updatedNumberScheduled:6 int32|numberAvailable:7 int32|numberUnavailable:8 int32|collisionCount:9 int32 ptr|conditions:10 []apps.v1.DaemonSetCondition keys=type patch=merge:type
apps.v1.DaemonSetUpdateStrategy type:1 string|rollingUpdate:2 apps.v1.RollingUpdateDaemonSet
apps.v1.Deployment metadata:1 meta.v1.ObjectMeta|spec:2 apps.v1.DeploymentSpec|status:3 apps.v1.DeploymentStatus
apps.v1.DeploymentCondition type:1 string required|status:2 string required|lastUpdateTime:6 time|lastTransitionTime:7 time|reason:4 string|message:5 string
apps.v1.DeploymentSpec replicas:1 int32 ptr|selector:2 meta.v1.LabelSelector required atomic|template:3 core.v1.PodTemplateSpec required|strategy:4 apps.v1.DeploymentStrategy patch=retainKeys|minReadySeconds:5 int32|revisionHistoryLimit:6 int32 ptr|paused:7 bool|progressDeadlineSeconds:9 int32 ptr
apps.v1.DeploymentStatus observedGeneration:1 int64|replicas:2 int32|updatedReplicas:3 int32|readyReplicas:7 int32|availableReplicas:4 int32|unavailableReplicas:5 int32|terminatingReplicas:9 int32 ptr|conditions:6 []apps.v1.DeploymentCondition keys=type patch=merge:type|collisionCount:8 int32 ptr
apps.v1.DeploymentStrategy type:1 string|rollingUpdate:2 apps.v1.RollingUpdateDeployment
apps.v1.ReplicaSet metadata:1 meta.v1.ObjectMeta|spec:2 apps.v1.ReplicaSetSpec|status:3 apps.v1.ReplicaSetStatus
apps.v1.ReplicaSetCondition type:1 string required|status:2 string required|lastTransitionTime:3 time|reason:4 string|message:5 string
apps.v1.ReplicaSetSpec replicas:1 int32 ptr|minReadySeconds:4 int32|selector:2 meta.v1.LabelSelector required atomic|template:3 core.v1.PodTemplateSpec
apps.v1.ReplicaSetStatus replicas:1 int32 required|fullyLabeledReplicas:2 int32|readyReplicas:4 int32|availableReplicas:5 int32|terminatingReplicas:7 int32 ptr|observedGeneration:3 int64|conditions:6 []apps.v1.ReplicaSetCondition keys=type patch=merge:type
apps.v1.RollingUpdateDaemonSet maxUnavailable:1 intstr|maxSurge:2 intstr
apps.v1.RollingUpdateDeployment maxUnavailable:1 intstr|maxSurge:2 intstr
apps.v1.RollingUpdateStatefulSetStrategy partition:1 int32 ptr|maxUnavailable:2 intstr
apps.v1.StatefulSet metadata:1 meta.v1.ObjectMeta|spec:2 apps.v1.StatefulSetSpec|status:3 apps.v1.StatefulSetStatus
apps.v1.StatefulSetCondition type:1 string required|status:2 string required|lastTransitionTime:3 time|reason:4 string|message:5 string
apps.v1.StatefulSetOrdinals start:1 int32
apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy whenDeleted:1 string|whenScaled:2 string
apps.v1.StatefulSetSpec replicas:1 int32 ptr|selector:2 meta.v1.LabelSelector required atomic|template:3 core.v1.PodTemplateSpec required|volumeClaimTemplates:4 []core.v1.PersistentVolumeClaim|serviceName:5 string|podManagementPolicy:6 string|updateStrategy:7 apps.v1.StatefulSetUpdateStrategy|revisionHistoryLimit:8 int32 ptr|minReadySeconds:9 int32|persistentVolumeClaimRetentionPolicy:10 apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy|ordinals:11 apps.v1.StatefulSetOrdinals
apps.v1.StatefulSetStatus observedGeneration:1 int64|replicas:2 int32 required|readyReplicas:3 int32|currentReplicas:4 int32|updatedReplicas:5 int32|currentRevision:6 string|updateRevision:7 string|collisionCount:9 int32 ptr|conditions:10 []apps.v1.StatefulSetCondition keys=type patch=merge:type|availableReplicas:11 int32
apps.v1.StatefulSetUpdateStrategy type:1 string|rollingUpdate:2 apps.v1.RollingUpdateStatefulSetStrategy
core.v1.AWSElasticBlockStoreVolumeSource volumeID:1 string required|fsType:2 string|partition:3 int32|readOnly:4 bool
core.v1.Affinity nodeAffinity:1 core.v1.NodeAffinity|podAffinity:2 core.v1.PodAffinity|podAntiAffinity:3 core.v1.PodAntiAffinity
core.v1.AppArmorProfile type:1 string required|localhostProfile:2 string ptr
core.v1.AttachedVolume name:1 string required|devicePath:2 string required
core.v1.AzureDiskVolumeSource diskName:1 string required|diskURI:2 string required|cachingMode:3 string ptr|fsType:4 string ptr|readOnly:5 bool ptr|kind:6 string ptr
core.v1.AzureFileVolumeSource secretName:1 string required|shareName:2 string required|readOnly:3 bool
core.v1.Binding metadata:1 meta.v1.ObjectMeta|target:2 core.v1.ObjectReference required atomic
core.v1.CSIVolumeSource driver:1 string required|readOnly:2 bool ptr|fsType:3 string ptr|volumeAttributes:4 {}string|nodePublishSecretRef:5 core.v1.LocalObjectReference atomic
core.v1.Capabilities add:1 []string|drop:2 []string
core.v1.CephFSVolumeSource monitors:1 []string required|path:2 string|user:3 string|secretFile:4 string|secretRef:5 core.v1.LocalObjectReference atomic|readOnly:6 bool
core.v1.CinderVolumeSource volumeID:1 string required|fsType:2 string|readOnly:3 bool|secretRef:4 core.v1.LocalObjectReference atomic
core.v1.ClientIPConfig timeoutSeconds:1 int32 ptr
core.v1.ClusterTrustBundleProjection name:1 string ptr|signerName:2 string ptr|labelSelector:3 meta.v1.LabelSelector atomic|optional:5 bool ptr|path:4 string required
core.v1.ConfigMap metadata:1 meta.v1.ObjectMeta|immutable:4 bool ptr|data:2 {}string|binaryData:3 {}bytes
core.v1.ConfigMapEnvSource .LocalObjectReference:1 core.v1.LocalObjectReference atomic|optional:2 bool ptr
core.v1.ConfigMapKeySelector .LocalObjectReference:1 core.v1.LocalObjectReference atomic|key:2 string required|optional:3 bool ptr
core.v1.ConfigMapNodeConfigSource namespace:1 string required|name:2 string required|uid:3 string|resourceVersion:4 string|kubeletConfigKey:5 string required
core.v1.ConfigMapProjection .LocalObjectReference:1 core.v1.LocalObjectReference atomic|items:2 []core.v1.KeyToPath|optional:4 bool ptr
core.v1.ConfigMapVolumeSource .LocalObjectReference:1 core.v1.LocalObjectReference atomic|items:2 []core.v1.KeyToPath|defaultMode:3 int32 ptr|optional:4 bool ptr
core.v1.Container name:1 string required|image:2 string|command:3 []string|args:4 []string|workingDir:5 string|ports:6 []core.v1.ContainerPort keys=containerPort+protocol patch=merge:containerPort|envFrom:19 []core.v1.EnvFromSource|env:7 []core.v1.EnvVar keys=name patch=merge:name|resources:8 core.v1.ResourceRequirements|resizePolicy:23 []core.v1.ContainerResizePolicy|restartPolicy:24 string ptr|restartPolicyRules:25 []core.v1.ContainerRestartRule|volumeMounts:9 []core.v1.VolumeMount keys=mountPath patch=merge:mountPath|volumeDevices:21 []core.v1.VolumeDevice keys=devicePath patch=merge:devicePath|livenessProbe:10 core.v1.Probe|readinessProbe:11 core.v1.Probe|startupProbe:22 core.v1.Probe|lifecycle:12 core.v1.Lifecycle|terminationMessagePath:13 string|terminationMessagePolicy:20 string|imagePullPolicy:14 string|securityContext:15 core.v1.SecurityContext|stdin:16 bool|stdinOnce:17 bool|tty:18 bool
core.v1.ContainerExtendedResourceRequest containerName:1 string required|resourceName:2 string required|requestName:3 string required
core.v1.ContainerImage names:1 []string|sizeBytes:2 int64
core.v1.ContainerPort name:1 string|hostPort:2 int32|containerPort:3 int32 required|protocol:4 string|hostIP:5 string
core.v1.ContainerResizePolicy resourceName:1 string required|restartPolicy:2 string required
core.v1.ContainerRestartRule action:1 string|exitCodes:2 core.v1.ContainerRestartRuleOnExitCodes
core.v1.ContainerRestartRuleOnExitCodes operator:1 string|values:2 []int32 set
core.v1.ContainerState waiting:1 core.v1.ContainerStateWaiting|running:2 core.v1.ContainerStateRunning|terminated:3 core.v1.ContainerStateTerminated
core.v1.ContainerStateRunning startedAt:1 time
core.v1.ContainerStateTerminated exitCode:1 int32 required|signal:2 int32|reason:3 string|message:4 string|startedAt:5 time|finishedAt:6 time|containerID:7 string
core.v1.ContainerStateWaiting reason:1 string|message:2 string
core.v1.ContainerStatus name:1 string required|state:2 core.v1.ContainerState|lastState:3 core.v1.ContainerState|ready:4 bool required|restartCount:5 int32 required|image:6 string required|imageID:7 string required|containerID:8 string|started:9 bool ptr|allocatedResources:10 {}quantity|resources:11 core.v1.ResourceRequirements|volumeMounts:12 []core.v1.VolumeMountStatus keys=mountPath patch=merge:mountPath|user:13 core.v1.ContainerUser|allocatedResourcesStatus:14 []core.v1.ResourceStatus keys=name patch=merge:name|stopSignal:15 string ptr
core.v1.ContainerUser linux:1 core.v1.LinuxContainerUser
core.v1.DaemonEndpoint Port:1 int32 required
core.v1.DownwardAPIProjection items:1 []core.v1.DownwardAPIVolumeFile
core.v1.DownwardAPIVolumeFile path:1 string required|fieldRef:2 core.v1.ObjectFieldSelector atomic|resourceFieldRef:3 core.v1.ResourceFieldSelector atomic|mode:4 int32 ptr
core.v1.DownwardAPIVolumeSource items:1 []core.v1.DownwardAPIVolumeFile|defaultMode:2 int32 ptr
core.v1.EmptyDirVolumeSource medium:1 string|sizeLimit:2 quantity
core.v1.EndpointAddress ip:1 string required|hostname:3 string|nodeName:4 string ptr|targetRef:2 core.v1.ObjectReference atomic
core.v1.EndpointPort name:1 string|port:2 int32 required|protocol:3 string|appProtocol:4 string ptr
core.v1.EndpointSubset addresses:1 []core.v1.EndpointAddress|notReadyAddresses:2 []core.v1.EndpointAddress|ports:3 []core.v1.EndpointPort
core.v1.Endpoints metadata:1 meta.v1.ObjectMeta|subsets:2 []core.v1.EndpointSubset
core.v1.EnvFromSource prefix:1 string|configMapRef:2 core.v1.ConfigMapEnvSource|secretRef:3 core.v1.SecretEnvSource
core.v1.EnvVar name:1 string required|value:2 string|valueFrom:3 core.v1.EnvVarSource
core.v1.EnvVarSource fieldRef:1 core.v1.ObjectFieldSelector atomic|resourceFieldRef:2 core.v1.ResourceFieldSelector atomic|configMapKeyRef:3 core.v1.ConfigMapKeySelector atomic|secretKeyRef:4 core.v1.SecretKeySelector atomic|fileKeyRef:5 core.v1.FileKeySelector atomic
core.v1.EphemeralContainer .EphemeralContainerCommon:1 core.v1.EphemeralContainerCommon|targetContainerName:2 string
core.v1.EphemeralContainerCommon name:1 string required|image:2 string|command:3 []string|args:4 []string|workingDir:5 string|ports:6 []core.v1.ContainerPort keys=containerPort+protocol patch=merge:containerPort|envFrom:19 []core.v1.EnvFromSource|env:7 []core.v1.EnvVar keys=name patch=merge:name|resources:8 core.v1.ResourceRequirements|resizePolicy:23 []core.v1.ContainerResizePolicy|restartPolicy:24 string ptr|restartPolicyRules:25 []core.v1.ContainerRestartRule|volumeMounts:9 []core.v1.VolumeMount keys=mountPath patch=merge:mountPath|volumeDevices:21 []core.v1.VolumeDevice keys=devicePath patch=merge:devicePath|livenessProbe:10 core.v1.Probe|readinessProbe:11 core.v1.Probe|startupProbe:22 core.v1.Probe|lifecycle:12 core.v1.Lifecycle|terminationMessagePath:13 string|terminationMessagePolicy:20 string|imagePullPolicy:14 string|securityContext:15 core.v1.SecurityContext|stdin:16 bool|stdinOnce:17 bool|tty:18 bool
core.v1.EphemeralVolumeSource volumeClaimTemplate:1 core.v1.PersistentVolumeClaimTemplate
core.v1.Event metadata:1 meta.v1.ObjectMeta required|involvedObject:2 core.v1.ObjectReference required atomic|reason:3 string|message:4 string|source:5 core.v1.EventSource|firstTimestamp:6 time|lastTimestamp:7 time|count:8 int32|type:9 string|eventTime:10 microtime|series:11 core.v1.EventSeries|action:12 string|related:13 core.v1.ObjectReference atomic|reportingComponent:14 string|reportingInstance:15 string
core.v1.EventSeries count:1 int32|lastObservedTime:2 microtime
core.v1.EventSource component:1 string|host:2 string
core.v1.ExecAction command:1 []string
core.v1.FCVolumeSource targetWWNs:1 []string|lun:2 int32 ptr|fsType:3 string|readOnly:4 bool|wwids:5 []string
core.v1.FileKeySelector volumeName:1 string required|path:2 string required|key:3 string required|optional:4 bool ptr
core.v1.FlexVolumeSource driver:1 string required|fsType:2 string|secretRef:3 core.v1.LocalObjectReference atomic|readOnly:4 bool|options:5 {}string
core.v1.FlockerVolumeSource datasetName:1 string|datasetUUID:2 string
core.v1.GCEPersistentDiskVolumeSource pdName:1 string required|fsType:2 string|partition:3 int32|readOnly:4 bool
core.v1.GRPCAction port:1 int32 required|service:2 string ptr
core.v1.GitRepoVolumeSource repository:1 string required|revision:2 string|directory:3 string
core.v1.GlusterfsVolumeSource endpoints:1 string required|path:2 string required|readOnly:3 bool
core.v1.HTTPGetAction path:1 string|port:2 intstr required|host:3 string|scheme:4 string|httpHeaders:5 []core.v1.HTTPHeader
core.v1.HTTPHeader name:1 string required|value:2 string required
core.v1.HostAlias ip:1 string required|hostnames:2 []string
core.v1.HostIP ip:1 string required
core.v1.HostPathVolumeSource path:1 string required|type:2 string ptr
core.v1.ISCSIVolumeSource targetPortal:1 string required|iqn:2 string required|lun:3 int32 required|iscsiInterface:4 string|fsType:5 string|readOnly:6 bool|portals:7 []string|chapAuthDiscovery:8 bool|chapAuthSession:11 bool|secretRef:10 core.v1.LocalObjectReference atomic|initiatorName:12 string ptr
core.v1.ImageVolumeSource reference:1 string|pullPolicy:2 string
core.v1.ImageVolumeStatus imageRef:1 string
core.v1.KeyToPath key:1 string required|path:2 string required|mode:3 int32 ptr
core.v1.Lifecycle postStart:1 core.v1.LifecycleHandler|preStop:2 core.v1.LifecycleHandler|stopSignal:3 string ptr
core.v1.LifecycleHandler exec:1 core.v1.ExecAction|httpGet:2 core.v1.HTTPGetAction|tcpSocket:3 core.v1.TCPSocketAction|sleep:4 core.v1.SleepAction
core.v1.LimitRange metadata:1 meta.v1.ObjectMeta|spec:2 core.v1.LimitRangeSpec
core.v1.LimitRangeItem type:1 string required|max:2 {}quantity|min:3 {}quantity|default:4 {}quantity|defaultRequest:5 {}quantity|maxLimitRequestRatio:6 {}quantity
core.v1.LimitRangeSpec limits:1 []core.v1.LimitRangeItem required
core.v1.LinuxContainerUser uid:1 int64 required|gid:2 int64 required|supplementalGroups:3 []int64
core.v1.LoadBalancerIngress ip:1 string|hostname:2 string|ipMode:3 string ptr|ports:4 []core.v1.PortStatus
core.v1.LoadBalancerStatus ingress:1 []core.v1.LoadBalancerIngress
core.v1.LocalObjectReference name:1 string
core.v1.ModifyVolumeStatus targetVolumeAttributesClassName:1 string|status:2 string required
core.v1.NFSVolumeSource server:1 string required|path:2 string required|readOnly:3 bool
core.v1.Namespace metadata:1 meta.v1.ObjectMeta|spec:2 core.v1.NamespaceSpec|status:3 core.v1.NamespaceStatus
core.v1.NamespaceCondition type:1 string required|status:2 string required|lastTransitionTime:4 time|reason:5 string|message:6 string
core.v1.NamespaceSpec finalizers:1 []string
core.v1.NamespaceStatus phase:1 string|conditions:2 []core.v1.NamespaceCondition keys=type patch=merge:type
core.v1.Node metadata:1 meta.v1.ObjectMeta|spec:2 core.v1.NodeSpec|status:3 core.v1.NodeStatus
core.v1.NodeAddress type:1 string required|address:2 string required
core.v1.NodeAffinity requiredDuringSchedulingIgnoredDuringExecution:1 core.v1.NodeSelector atomic|preferredDuringSchedulingIgnoredDuringExecution:2 []core.v1.PreferredSchedulingTerm
core.v1.NodeAllocatableResourceClaimStatus resourceClaimName:1 string required|containers:2 []string set|resources:3 {}quantity required
core.v1.NodeCondition type:1 string required|status:2 string required|lastHeartbeatTime:3 time|lastTransitionTime:4 time|reason:5 string|message:6 string
core.v1.NodeConfigSource configMap:2 core.v1.ConfigMapNodeConfigSource
core.v1.NodeConfigStatus assigned:1 core.v1.NodeConfigSource|active:2 core.v1.NodeConfigSource|lastKnownGood:3 core.v1.NodeConfigSource|error:4 string
core.v1.NodeDaemonEndpoints kubeletEndpoint:1 core.v1.DaemonEndpoint
core.v1.NodeFeatures supplementalGroupsPolicy:1 bool ptr
core.v1.NodeRuntimeHandler name:1 string|features:2 core.v1.NodeRuntimeHandlerFeatures
core.v1.NodeRuntimeHandlerFeatures recursiveReadOnlyMounts:1 bool ptr|userNamespaces:2 bool ptr
core.v1.NodeSelector nodeSelectorTerms:1 []core.v1.NodeSelectorTerm required
core.v1.NodeSelectorRequirement key:1 string required|operator:2 string required|values:3 []string
core.v1.NodeSelectorTerm matchExpressions:1 []core.v1.NodeSelectorRequirement|matchFields:2 []core.v1.NodeSelectorRequirement
core.v1.NodeSpec podCIDR:1 string|podCIDRs:7 []string set patch=merge|providerID:3 string|unschedulable:4 bool|taints:5 []core.v1.Taint|configSource:6 core.v1.NodeConfigSource|externalID:2 string
core.v1.NodeStatus capacity:1 {}quantity|allocatable:2 {}quantity|phase:3 string|conditions:4 []core.v1.NodeCondition keys=type patch=merge:type|addresses:5 []core.v1.NodeAddress keys=type patch=merge:type|daemonEndpoints:6 core.v1.NodeDaemonEndpoints|nodeInfo:7 core.v1.NodeSystemInfo|images:8 []core.v1.ContainerImage|volumesInUse:9 []string|volumesAttached:10 []core.v1.AttachedVolume|config:11 core.v1.NodeConfigStatus|runtimeHandlers:12 []core.v1.NodeRuntimeHandler|features:13 core.v1.NodeFeatures|declaredFeatures:14 []string
core.v1.NodeSwapStatus capacity:1 int64 ptr
core.v1.NodeSystemInfo machineID:1 string required|systemUUID:2 string required|bootID:3 string required|kernelVersion:4 string required|osImage:5 string required|containerRuntimeVersion:6 string required|kubeletVersion:7 string required|kubeProxyVersion:8 string required|operatingSystem:9 string required|architecture:10 string required|swap:11 core.v1.NodeSwapStatus
core.v1.ObjectFieldSelector apiVersion:1 string|fieldPath:2 string required
core.v1.ObjectReference kind:1 string|namespace:2 string|name:3 string|uid:4 string|apiVersion:5 string|resourceVersion:6 string|fieldPath:7 string
core.v1.PersistentVolumeClaim metadata:1 meta.v1.ObjectMeta|spec:2 core.v1.PersistentVolumeClaimSpec|status:3 core.v1.PersistentVolumeClaimStatus
core.v1.PersistentVolumeClaimCondition type:1 string required|status:2 string required|lastProbeTime:3 time|lastTransitionTime:4 time|reason:5 string|message:6 string
core.v1.PersistentVolumeClaimSpec accessModes:1 []string|selector:4 meta.v1.LabelSelector atomic|resources:2 core.v1.VolumeResourceRequirements|volumeName:3 string|storageClassName:5 string ptr|volumeMode:6 string ptr|dataSource:7 core.v1.TypedLocalObjectReference atomic|dataSourceRef:8 core.v1.TypedObjectReference|volumeAttributesClassName:9 string ptr
core.v1.PersistentVolumeClaimStatus phase:1 string|accessModes:2 []string|capacity:3 {}quantity|conditions:4 []core.v1.PersistentVolumeClaimCondition keys=type patch=merge:type|allocatedResources:5 {}quantity|allocatedResourceStatuses:7 {}string|currentVolumeAttributesClassName:8 string ptr|modifyVolumeStatus:9 core.v1.ModifyVolumeStatus
core.v1.PersistentVolumeClaimTemplate metadata:1 meta.v1.ObjectMeta|spec:2 core.v1.PersistentVolumeClaimSpec required
core.v1.PersistentVolumeClaimVolumeSource claimName:1 string required|readOnly:2 bool
core.v1.PhotonPersistentDiskVolumeSource pdID:1 string required|fsType:2 string
core.v1.Pod metadata:1 meta.v1.ObjectMeta|spec:2 core.v1.PodSpec|status:3 core.v1.PodStatus
core.v1.PodAffinity requiredDuringSchedulingIgnoredDuringExecution:1 []core.v1.PodAffinityTerm|preferredDuringSchedulingIgnoredDuringExecution:2 []core.v1.WeightedPodAffinityTerm
core.v1.PodAffinityTerm labelSelector:1 meta.v1.LabelSelector atomic|namespaces:2 []string|topologyKey:3 string required|namespaceSelector:4 meta.v1.LabelSelector atomic|matchLabelKeys:5 []string|mismatchLabelKeys:6 []string
core.v1.PodAntiAffinity requiredDuringSchedulingIgnoredDuringExecution:1 []core.v1.PodAffinityTerm|preferredDuringSchedulingIgnoredDuringExecution:2 []core.v1.WeightedPodAffinityTerm
core.v1.PodCertificateProjection signerName:1 string|keyType:2 string|maxExpirationSeconds:3 int32 ptr|credentialBundlePath:4 string|keyPath:5 string|certificateChainPath:6 string|userAnnotations:7 {}string
core.v1.PodCondition type:1 string required|observedGeneration:7 int64|status:2 string required|lastProbeTime:3 time|lastTransitionTime:4 time|reason:5 string|message:6 string
core.v1.PodDNSConfig nameservers:1 []string|searches:2 []string|options:3 []core.v1.PodDNSConfigOption
core.v1.PodDNSConfigOption name:1 string|value:2 string ptr
core.v1.PodExtendedResourceClaimStatus requestMappings:1 []core.v1.ContainerExtendedResourceRequest required|resourceClaimName:2 string required
core.v1.PodIP ip:1 string required
core.v1.PodOS name:1 string required
core.v1.PodReadinessGate conditionType:1 string required
core.v1.PodResourceClaim name:1 string required|resourceClaimName:3 string ptr|resourceClaimTemplateName:4 string ptr
core.v1.PodResourceClaimStatus name:1 string required|resourceClaimName:2 string ptr
core.v1.PodSchedulingGate name:1 string required
core.v1.PodSchedulingGroup podGroupName:1 string ptr
core.v1.PodSecurityContext seLinuxOptions:1 core.v1.SELinuxOptions|windowsOptions:8 core.v1.WindowsSecurityContextOptions|runAsUser:2 int64 ptr|runAsGroup:6 int64 ptr|runAsNonRoot:3 bool ptr|supplementalGroups:4 []int64|supplementalGroupsPolicy:12 string ptr|fsGroup:5 int64 ptr|sysctls:7 []core.v1.Sysctl|fsGroupChangePolicy:9 string ptr|seccompProfile:10 core.v1.SeccompProfile|appArmorProfile:11 core.v1.AppArmorProfile|seLinuxChangePolicy:13 string ptr
core.v1.PodSpec volumes:1 []core.v1.Volume keys=name patch=merge,retainKeys:name|initContainers:20 []core.v1.Container keys=name patch=merge:name|containers:2 []core.v1.Container keys=name patch=merge:name required|ephemeralContainers:34 []core.v1.EphemeralContainer keys=name patch=merge:name|restartPolicy:3 string|terminationGracePeriodSeconds:4 int64 ptr|activeDeadlineSeconds:5 int64 ptr|dnsPolicy:6 string|nodeSelector:7 {}string atomic|serviceAccountName:8 string|serviceAccount:9 string|automountServiceAccountToken:21 bool ptr|nodeName:10 string|hostNetwork:11 bool|hostPID:12 bool|hostIPC:13 bool|shareProcessNamespace:27 bool ptr|securityContext:14 core.v1.PodSecurityContext|imagePullSecrets:15 []core.v1.LocalObjectReference keys=name patch=merge:name|hostname:16 string|subdomain:17 string|affinity:18 core.v1.Affinity|schedulerName:19 string|tolerations:22 []core.v1.Toleration|hostAliases:23 []core.v1.HostAlias keys=ip patch=merge:ip|priorityClassName:24 string|priority:25 int32 ptr|dnsConfig:26 core.v1.PodDNSConfig|readinessGates:28 []core.v1.PodReadinessGate|runtimeClassName:29 string ptr|enableServiceLinks:30 bool ptr|preemptionPolicy:31 string ptr|overhead:32 {}quantity|topologySpreadConstraints:33 []core.v1.TopologySpreadConstraint keys=topologyKey+whenUnsatisfiable patch=merge:topologyKey|setHostnameAsFQDN:35 bool ptr|os:36 core.v1.PodOS|hostUsers:37 bool ptr|schedulingGates:38 []core.v1.PodSchedulingGate keys=name patch=merge:name|resourceClaims:39 []core.v1.PodResourceClaim keys=name patch=merge,retainKeys:name|resources:40 core.v1.ResourceRequirements|hostnameOverride:41 string ptr|schedulingGroup:43 core.v1.PodSchedulingGroup
core.v1.PodStatus observedGeneration:17 int64|phase:1 string|conditions:2 []core.v1.PodCondition keys=type patch=merge:type|message:3 string|reason:4 string|nominatedNodeName:11 string|hostIP:5 string|hostIPs:16 []core.v1.HostIP patch=merge:ip|podIP:6 string|podIPs:12 []core.v1.PodIP keys=ip patch=merge:ip|startTime:7 time|initContainerStatuses:10 []core.v1.ContainerStatus|containerStatuses:8 []core.v1.ContainerStatus|qosClass:9 string|ephemeralContainerStatuses:13 []core.v1.ContainerStatus|resize:14 string|resourceClaimStatuses:15 []core.v1.PodResourceClaimStatus keys=name patch=merge,retainKeys:name|extendedResourceClaimStatus:18 core.v1.PodExtendedResourceClaimStatus|allocatedResources:19 {}quantity|resources:20 core.v1.ResourceRequirements|nodeAllocatableResourceClaimStatuses:21 []core.v1.NodeAllocatableResourceClaimStatus
core.v1.PodTemplate metadata:1 meta.v1.ObjectMeta|template:2 core.v1.PodTemplateSpec
core.v1.PodTemplateSpec metadata:1 meta.v1.ObjectMeta|spec:2 core.v1.PodSpec
core.v1.PortStatus port:1 int32 required|protocol:2 string required|error:3 string ptr
core.v1.PortworxVolumeSource volumeID:1 string required|fsType:2 string|readOnly:3 bool
core.v1.PreferredSchedulingTerm weight:1 int32 required|preference:2 core.v1.NodeSelectorTerm required atomic
core.v1.Probe .ProbeHandler:1 core.v1.ProbeHandler|initialDelaySeconds:2 int32|timeoutSeconds:3 int32|periodSeconds:4 int32|successThreshold:5 int32|failureThreshold:6 int32|terminationGracePeriodSeconds:7 int64 ptr
core.v1.ProbeHandler exec:1 core.v1.ExecAction|httpGet:2 core.v1.HTTPGetAction|tcpSocket:3 core.v1.TCPSocketAction|grpc:4 core.v1.GRPCAction
core.v1.ProjectedVolumeSource sources:1 []core.v1.VolumeProjection|defaultMode:2 int32 ptr
core.v1.QuobyteVolumeSource registry:1 string required|volume:2 string required|readOnly:3 bool|user:4 string|group:5 string|tenant:6 string
core.v1.RBDVolumeSource monitors:1 []string required|image:2 string required|fsType:3 string|pool:4 string|user:5 string|keyring:6 string|secretRef:7 core.v1.LocalObjectReference atomic|readOnly:8 bool
core.v1.ReplicationController metadata:1 meta.v1.ObjectMeta|spec:2 core.v1.ReplicationControllerSpec|status:3 core.v1.ReplicationControllerStatus
core.v1.ReplicationControllerCondition type:1 string required|status:2 string required|lastTransitionTime:3 time|reason:4 string|message:5 string
core.v1.ReplicationControllerSpec replicas:1 int32 ptr|minReadySeconds:4 int32|selector:2 {}string atomic|template:3 core.v1.PodTemplateSpec
core.v1.ReplicationControllerStatus replicas:1 int32 required|fullyLabeledReplicas:2 int32|readyReplicas:4 int32|availableReplicas:5 int32|observedGeneration:3 int64|conditions:6 []core.v1.ReplicationControllerCondition keys=type patch=merge:type
core.v1.ResourceClaim name:1 string required|request:2 string
core.v1.ResourceFieldSelector containerName:1 string|resource:2 string required|divisor:3 quantity
core.v1.ResourceHealth resourceID:1 string required|health:2 string|message:6 string ptr
core.v1.ResourceQuota metadata:1 meta.v1.ObjectMeta|spec:2 core.v1.ResourceQuotaSpec|status:3 core.v1.ResourceQuotaStatus
core.v1.ResourceQuotaSpec hard:1 {}quantity|scopes:2 []string|scopeSelector:3 core.v1.ScopeSelector atomic
core.v1.ResourceQuotaStatus hard:1 {}quantity|used:2 {}quantity
core.v1.ResourceRequirements limits:1 {}quantity|requests:2 {}quantity|claims:3 []core.v1.ResourceClaim keys=name
core.v1.ResourceStatus name:1 string required|resources:2 []core.v1.ResourceHealth keys=resourceID
core.v1.SELinuxOptions user:1 string|role:2 string|type:3 string|level:4 string
core.v1.ScaleIOVolumeSource gateway:1 string required|system:2 string required|secretRef:3 core.v1.LocalObjectReference required atomic|sslEnabled:4 bool|protectionDomain:5 string|storagePool:6 string|storageMode:7 string|volumeName:8 string|fsType:9 string|readOnly:10 bool
core.v1.ScopeSelector matchExpressions:1 []core.v1.ScopedResourceSelectorRequirement
core.v1.ScopedResourceSelectorRequirement scopeName:1 string required|operator:2 string required|values:3 []string
core.v1.SeccompProfile type:1 string required|localhostProfile:2 string ptr
core.v1.Secret metadata:1 meta.v1.ObjectMeta|immutable:5 bool ptr|data:2 {}bytes|stringData:4 {}string|type:3 string
core.v1.SecretEnvSource .LocalObjectReference:1 core.v1.LocalObjectReference atomic|optional:2 bool ptr
core.v1.SecretKeySelector .LocalObjectReference:1 core.v1.LocalObjectReference atomic|key:2 string required|optional:3 bool ptr
core.v1.SecretProjection .LocalObjectReference:1 core.v1.LocalObjectReference atomic|items:2 []core.v1.KeyToPath|optional:4 bool ptr
core.v1.SecretVolumeSource secretName:1 string|items:2 []core.v1.KeyToPath|defaultMode:3 int32 ptr|optional:4 bool ptr
core.v1.SecurityContext capabilities:1 core.v1.Capabilities|privileged:2 bool ptr|seLinuxOptions:3 core.v1.SELinuxOptions|windowsOptions:10 core.v1.WindowsSecurityContextOptions|runAsUser:4 int64 ptr|runAsGroup:8 int64 ptr|runAsNonRoot:5 bool ptr|readOnlyRootFilesystem:6 bool ptr|allowPrivilegeEscalation:7 bool ptr|procMount:9 string ptr|seccompProfile:11 core.v1.SeccompProfile|appArmorProfile:12 core.v1.AppArmorProfile
core.v1.Service metadata:1 meta.v1.ObjectMeta|spec:2 core.v1.ServiceSpec|status:3 core.v1.ServiceStatus
core.v1.ServiceAccount metadata:1 meta.v1.ObjectMeta|secrets:2 []core.v1.ObjectReference keys=name patch=merge:name|imagePullSecrets:3 []core.v1.LocalObjectReference|automountServiceAccountToken:4 bool ptr
core.v1.ServiceAccountTokenProjection audience:1 string|expirationSeconds:2 int64 ptr|path:3 string required
core.v1.ServicePort name:1 string|protocol:2 string|appProtocol:6 string ptr|port:3 int32 required|targetPort:4 intstr|nodePort:5 int32
core.v1.ServiceSpec ports:1 []core.v1.ServicePort keys=port+protocol patch=merge:port|selector:2 {}string atomic|clusterIP:3 string|clusterIPs:18 []string|type:4 string|externalIPs:5 []string|sessionAffinity:7 string|loadBalancerIP:8 string|loadBalancerSourceRanges:9 []string|externalName:10 string|externalTrafficPolicy:11 string|healthCheckNodePort:12 int32|publishNotReadyAddresses:13 bool|sessionAffinityConfig:14 core.v1.SessionAffinityConfig|ipFamilies:19 []string|ipFamilyPolicy:17 string ptr|allocateLoadBalancerNodePorts:20 bool ptr|loadBalancerClass:21 string ptr|internalTrafficPolicy:22 string ptr|trafficDistribution:23 string ptr
core.v1.ServiceStatus loadBalancer:1 core.v1.LoadBalancerStatus|conditions:2 []meta.v1.Condition keys=type patch=merge:type
core.v1.SessionAffinityConfig clientIP:1 core.v1.ClientIPConfig
core.v1.SleepAction seconds:1 int64 required
core.v1.StorageOSVolumeSource volumeName:1 string|volumeNamespace:2 string|fsType:3 string|readOnly:4 bool|secretRef:5 core.v1.LocalObjectReference atomic
core.v1.Sysctl name:1 string required|value:2 string required
core.v1.TCPSocketAction port:1 intstr required|host:2 string
core.v1.Taint key:1 string required|value:2 string|effect:3 string required|timeAdded:4 time
core.v1.Toleration key:1 string|operator:2 string|value:3 string|effect:4 string|tolerationSeconds:5 int64 ptr
core.v1.TopologySpreadConstraint maxSkew:1 int32 required|topologyKey:2 string required|whenUnsatisfiable:3 string required|labelSelector:4 meta.v1.LabelSelector atomic|minDomains:5 int32 ptr|nodeAffinityPolicy:6 string ptr|nodeTaintsPolicy:7 string ptr|matchLabelKeys:8 []string
core.v1.TypedLocalObjectReference apiGroup:1 string ptr|kind:2 string required|name:3 string required
core.v1.TypedObjectReference apiGroup:1 string ptr|kind:2 string required|name:3 string required|namespace:4 string ptr
core.v1.Volume name:1 string required|.VolumeSource:2 core.v1.VolumeSource
core.v1.VolumeDevice name:1 string required|devicePath:2 string required
core.v1.VolumeMount name:1 string required|readOnly:2 bool|recursiveReadOnly:7 string ptr|mountPath:3 string required|subPath:4 string|mountPropagation:5 string ptr|subPathExpr:6 string
core.v1.VolumeMountStatus name:1 string required|mountPath:2 string required|readOnly:3 bool|recursiveReadOnly:4 string ptr|volumeStatus:5 core.v1.VolumeStatus
core.v1.VolumeProjection secret:1 core.v1.SecretProjection|downwardAPI:2 core.v1.DownwardAPIProjection|configMap:3 core.v1.ConfigMapProjection|serviceAccountToken:4 core.v1.ServiceAccountTokenProjection|clusterTrustBundle:5 core.v1.ClusterTrustBundleProjection|podCertificate:6 core.v1.PodCertificateProjection
core.v1.VolumeResourceRequirements limits:1 {}quantity|requests:2 {}quantity
core.v1.VolumeSource hostPath:1 core.v1.HostPathVolumeSource|emptyDir:2 core.v1.EmptyDirVolumeSource|gcePersistentDisk:3 core.v1.GCEPersistentDiskVolumeSource|awsElasticBlockStore:4 core.v1.AWSElasticBlockStoreVolumeSource|gitRepo:5 core.v1.GitRepoVolumeSource|secret:6 core.v1.SecretVolumeSource|nfs:7 core.v1.NFSVolumeSource|iscsi:8 core.v1.ISCSIVolumeSource|glusterfs:9 core.v1.GlusterfsVolumeSource|persistentVolumeClaim:10 core.v1.PersistentVolumeClaimVolumeSource|rbd:11 core.v1.RBDVolumeSource|flexVolume:12 core.v1.FlexVolumeSource|cinder:13 core.v1.CinderVolumeSource|cephfs:14 core.v1.CephFSVolumeSource|flocker:15 core.v1.FlockerVolumeSource|downwardAPI:16 core.v1.DownwardAPIVolumeSource|fc:17 core.v1.FCVolumeSource|azureFile:18 core.v1.AzureFileVolumeSource|configMap:19 core.v1.ConfigMapVolumeSource|vsphereVolume:20 core.v1.VsphereVirtualDiskVolumeSource|quobyte:21 core.v1.QuobyteVolumeSource|azureDisk:22 core.v1.AzureDiskVolumeSource|photonPersistentDisk:23 core.v1.PhotonPersistentDiskVolumeSource|projected:26 core.v1.ProjectedVolumeSource|portworxVolume:24 core.v1.PortworxVolumeSource|scaleIO:25 core.v1.ScaleIOVolumeSource|storageos:27 core.v1.StorageOSVolumeSource|csi:28 core.v1.CSIVolumeSource|ephemeral:29 core.v1.EphemeralVolumeSource|image:30 core.v1.ImageVolumeSource
core.v1.VolumeStatus image:1 core.v1.ImageVolumeStatus
core.v1.VsphereVirtualDiskVolumeSource volumePath:1 string required|fsType:2 string|storagePolicyName:3 string|storagePolicyID:4 string
core.v1.WeightedPodAffinityTerm weight:1 int32 required|podAffinityTerm:2 core.v1.PodAffinityTerm required
core.v1.WindowsSecurityContextOptions gmsaCredentialSpecName:1 string ptr|gmsaCredentialSpec:2 string ptr|runAsUserName:3 string ptr|hostProcess:4 bool ptr
meta.v1.Condition type:1 string required|status:2 string required|observedGeneration:3 int64|lastTransitionTime:4 time required|reason:5 string required|message:6 string required
meta.v1.DeleteOptions gracePeriodSeconds:1 int64 ptr|preconditions:2 meta.v1.Preconditions|orphanDependents:3 bool ptr|propagationPolicy:4 string ptr|dryRun:5 []string|ignoreStoreReadErrorWithClusterBreakingPotential:6 bool ptr
meta.v1.FieldSelectorRequirement key:1 string required|operator:2 string required|values:3 []string
meta.v1.LabelSelector matchLabels:1 {}string|matchExpressions:2 []meta.v1.LabelSelectorRequirement
meta.v1.LabelSelectorRequirement key:1 string required|operator:2 string required|values:3 []string
meta.v1.ManagedFieldsEntry manager:1 string|operation:2 string|apiVersion:3 string|time:4 time|fieldsType:6 string|fieldsV1:7 fields|subresource:8 string
meta.v1.ObjectMeta name:1 string|generateName:2 string|namespace:3 string|selfLink:4 string|uid:5 string|resourceVersion:6 string|generation:7 int64|creationTimestamp:8 time|deletionTimestamp:9 time|deletionGracePeriodSeconds:10 int64 ptr|labels:11 {}string|annotations:12 {}string|ownerReferences:13 []meta.v1.OwnerReference keys=uid patch=merge:uid|finalizers:14 []string set patch=merge|managedFields:17 []meta.v1.ManagedFieldsEntry
meta.v1.OwnerReference apiVersion:5 string required|kind:1 string required|name:3 string required|uid:4 string required|controller:6 bool ptr|blockOwnerDeletion:7 bool ptr
meta.v1.Preconditions uid:1 string ptr|resourceVersion:2 string ptr
`;
