// Words for `kubectl explain`: what the fields that people look up mean. `Type` describes a type, `Type.field` one of its fields.

const WORDS: Readonly<Record<string, string>> = {
  'meta.v1.ObjectMeta': 'Data that every object has: its names, labels, owners and life.',
  'meta.v1.ObjectMeta.name': 'Name of the object, unique for its kind in its namespace. Cannot be changed.',
  'meta.v1.ObjectMeta.namespace': 'The namespace the object lives in. Cannot be changed.',
  'meta.v1.ObjectMeta.generateName': 'Prefix of a name that the server completes when no name is given.',
  'meta.v1.ObjectMeta.labels': 'Keys and values that selectors match.',
  'meta.v1.ObjectMeta.annotations': 'Keys and values for tools; nothing selects by them.',
  'meta.v1.ObjectMeta.finalizers': 'Names of those who must finish their work before the object is gone.',
  'meta.v1.ObjectMeta.ownerReferences': 'Objects this one belongs to; it is removed when all of them are gone.',
  'meta.v1.ObjectMeta.generation': 'Counts the changes of the wanted state.',
  'meta.v1.ObjectMeta.resourceVersion': 'Changes with every write; send it back to refuse to overwrite a newer state.',
  'meta.v1.ObjectMeta.deletionTimestamp': 'When the object was, or is to be, deleted. Set by the server.',
  'apps.v1.Deployment':
    'Keeps a number of equal pods running and replaces them step by step when their template changes.',
  'apps.v1.Deployment.spec': 'What is wanted.',
  'apps.v1.Deployment.status': 'What was last seen.',
  'apps.v1.DeploymentSpec': 'How many pods, which, and how they are replaced.',
  'apps.v1.DeploymentSpec.replicas': 'How many pods are wanted. Defaults to 1; 0 is allowed.',
  'apps.v1.DeploymentSpec.selector':
    'Which pods belong to the Deployment; must match the labels of the template. Cannot be changed.',
  'apps.v1.DeploymentSpec.template': 'The pod that is made.',
  'apps.v1.DeploymentSpec.strategy': 'How old pods are replaced by new ones.',
  'apps.v1.DeploymentSpec.minReadySeconds': 'How long a pod must be ready before it counts as available.',
  'apps.v1.DeploymentSpec.revisionHistoryLimit': 'How many old ReplicaSets are kept for a rollback. Defaults to 10.',
  'apps.v1.DeploymentSpec.progressDeadlineSeconds':
    'After how long without progress a rollout counts as failed. Defaults to 600.',
  'apps.v1.DeploymentSpec.paused': 'While true, a changed template makes no new pods.',
  'apps.v1.ReplicaSet': 'Keeps a number of equal pods running. Mostly made by a Deployment.',
  'apps.v1.ReplicaSetSpec.replicas': 'How many pods are wanted. Defaults to 1.',
  'apps.v1.StatefulSet': 'Keeps numbered pods with stable names running, started and ended in order.',
  'apps.v1.StatefulSetSpec.replicas': 'How many pods are wanted. Defaults to 1.',
  'apps.v1.StatefulSetSpec.serviceName': 'The Service that gives the pods their names on the network.',
  'batch.v1.Job': 'Runs pods until a number of them has succeeded.',
  'batch.v1.JobSpec.completions': 'How many pods must succeed.',
  'batch.v1.JobSpec.parallelism': 'How many pods run at once, at most.',
  'batch.v1.JobSpec.backoffLimit': 'How many failures are allowed before the Job fails. Defaults to 6.',
  'batch.v1.JobSpec.activeDeadlineSeconds': 'How long the Job may take in all.',
  'batch.v1.JobSpec.ttlSecondsAfterFinished': 'How long a finished Job is kept.',
  'autoscaling.v2.HorizontalPodAutoscaler': 'Keeps the replicas of a target between two bounds, as its metrics ask.',
  'autoscaling.v2.HorizontalPodAutoscalerSpec.scaleTargetRef':
    'The object whose replicas are set, by its scale subresource.',
  'autoscaling.v2.HorizontalPodAutoscalerSpec.minReplicas': 'The lower bound. Defaults to 1.',
  'autoscaling.v2.HorizontalPodAutoscalerSpec.maxReplicas': 'The upper bound.',
  'autoscaling.v2.HorizontalPodAutoscalerSpec.metrics':
    'What is measured; the metric that asks for most replicas decides.',
  'autoscaling.v2.HorizontalPodAutoscalerSpec.behavior': 'How fast the number may go up and down.',
  'core.v1.Pod': 'Containers that run together on one node.',
  'core.v1.PodSpec.containers':
    'The containers of the pod; at least one. Cannot be added to or removed from a living pod.',
  'core.v1.PodSpec.initContainers': 'Containers that run one after the other, to their end, before the others start.',
  'core.v1.PodSpec.volumes': 'Directories that containers can mount.',
  'core.v1.PodSpec.restartPolicy': 'Whether ended containers are started again: Always, OnFailure or Never.',
  'core.v1.PodSpec.terminationGracePeriodSeconds': 'How long containers get to end after SIGTERM. Defaults to 30.',
  'core.v1.PodSpec.nodeName': 'The node the pod runs on; set by the scheduler.',
  'core.v1.PodSpec.serviceAccountName': 'As whom the pod speaks to the API server.',
  'core.v1.Container.name': 'Name of the container, unique in its pod.',
  'core.v1.Container.image': 'The image the container runs.',
  'core.v1.Container.command': "Replaces the image's entry point. $(NAME) stands for an environment variable.",
  'core.v1.Container.args': "Replaces the image's arguments. $(NAME) stands for an environment variable.",
  'core.v1.Container.env': 'Environment variables, one by one.',
  'core.v1.Container.envFrom': 'Environment variables from whole ConfigMaps and Secrets.',
  'core.v1.Container.ports': 'Ports the container listens on; for information.',
  'core.v1.Container.resources': 'What the container needs at least and may use at most.',
  'core.v1.Container.livenessProbe': 'When this fails, the container is started again.',
  'core.v1.Container.readinessProbe': 'While this fails, the container is not ready.',
  'core.v1.Container.startupProbe': 'Until this succeeds, the other probes wait.',
  'core.v1.ConfigMap': 'Settings that pods read.',
  'core.v1.ConfigMap.data': 'Keys and their text.',
  'core.v1.Secret': 'Settings that are not for everybody.',
  'core.v1.Secret.data': 'Keys and their values in base64.',
  'core.v1.Secret.stringData': 'Keys and their values as text; written into data and never shown.',
  'core.v1.Service': 'One address for a set of pods, or another name for a host.',
  'core.v1.ServiceSpec.type': 'ClusterIP, NodePort, LoadBalancer, or ExternalName for a host elsewhere.',
  'core.v1.ServiceSpec.externalName': 'The host that an ExternalName Service stands for.',
  'core.v1.ServiceSpec.ports': 'The ports of the Service and where they lead.',
  'core.v1.ServiceSpec.selector': 'The labels of the pods behind the Service.',
  'core.v1.Namespace': 'A room for names; removing it removes what is in it.',
  'coordination.v1.Lease': 'Says who holds something, and until when.',
  'coordination.v1.LeaseSpec.holderIdentity': 'Who holds the lease.',
  'coordination.v1.LeaseSpec.leaseDurationSeconds': 'How long the lease is valid after its last renewal.',
};

export function describeField(typeName: string, field: string): string | undefined {
  const key = field === '' ? typeName : `${typeName}.${field}`;
  if (Object.hasOwn(WORDS, key)) return WORDS[key];
  if (field === 'metadata') return 'Standard metadata of an object.';
  if (field === 'spec') return 'What is wanted.';
  return field === 'status' ? 'What was last seen. Written by controllers.' : undefined;
}
