// What the server fills into each built-in kind on a write: documented defaults, and the fields it owns itself.
import { type Json, type JsonObject, isObject, listAt, objectAt, textAt, withAt, plainText } from '../object.ts';
import type { WriteContext } from '../resource-type.ts';
import { prepareDefinition } from '../custom/definitions.ts';
import { filled, withPodSpecDefaults, withPodTemplateDefaults } from './pod-defaults.ts';
import { prepareService } from './services.ts';

type Prepare = (object: JsonObject, context: WriteContext) => JsonObject;

/** Defaults for one member, `spec` mostly. */
function inSpec(change: (spec: JsonObject) => JsonObject): Prepare {
  return (object) => ({ ...object, spec: change(objectAt(object, 'spec')) });
}

function whenCreated(prepare: Prepare): Prepare {
  return (object, context) => (context.existing ? object : prepare(object, context));
}

const rollingUpdate: JsonObject = { maxUnavailable: '25%', maxSurge: '25%' };

function deploymentSpec(spec: JsonObject): JsonObject {
  const strategy = filled(spec['strategy'], { type: 'RollingUpdate' });
  return {
    ...filled(spec, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }),
    strategy:
      strategy['type'] === 'RollingUpdate'
        ? { ...strategy, rollingUpdate: filled(strategy['rollingUpdate'], rollingUpdate) }
        : strategy,
    template: withPodTemplateDefaults(spec['template']),
  };
}

function statefulSetSpec(spec: JsonObject): JsonObject {
  const strategy = filled(spec['updateStrategy'], { type: 'RollingUpdate' });
  return {
    ...filled(spec, {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    }),
    updateStrategy:
      strategy['type'] === 'RollingUpdate' ? filled(strategy, { rollingUpdate: { partition: 0 } }) : strategy,
    template: withPodTemplateDefaults(spec['template']),
  };
}

function jobSpec(spec: JsonObject): JsonObject {
  const both = spec['completions'] === undefined && spec['parallelism'] === undefined;
  return {
    ...filled(spec, {
      ...(both ? { completions: 1 } : {}),
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
      manualSelector: undefined,
      podReplacementPolicy: 'TerminatingOrFailed',
    }),
    template: withPodTemplateDefaults(spec['template']),
  };
}

/** A Job finds its pods by its own uid, so that two Jobs never share one. */
const ownSelector = whenCreated((job) => {
  if (objectAt(job, 'spec')['manualSelector'] === true) return job;
  const uid = textAt(job, 'metadata', 'uid') ?? '';
  const name = textAt(job, 'metadata', 'name') ?? '';
  const labels = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  const onTemplate = { ...objectAt(job, 'spec', 'template', 'metadata', 'labels'), ...labels };
  return withAt(withAt(job, ['spec', 'template', 'metadata', 'labels'], onTemplate), ['spec', 'selector'], {
    matchLabels: { 'batch.kubernetes.io/controller-uid': uid },
  });
});

const HPA_POLICIES = {
  scaleUp: {
    stabilizationWindowSeconds: 0,
    selectPolicy: 'Max',
    policies: [
      { type: 'Pods', value: 4, periodSeconds: 15 },
      { type: 'Percent', value: 100, periodSeconds: 15 },
    ],
  },
  scaleDown: { selectPolicy: 'Max', policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }] },
} as const;

function hpaSpec(spec: JsonObject): JsonObject {
  const behavior = spec['behavior'];
  const cpu: Json = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
  };
  return {
    ...filled(spec, { minReplicas: 1, ...(listAt(spec, 'metrics').length === 0 ? { metrics: [cpu] } : {}) }),
    ...(isObject(behavior)
      ? {
          behavior: {
            scaleUp: filled(behavior['scaleUp'], HPA_POLICIES.scaleUp),
            scaleDown: filled(behavior['scaleDown'], HPA_POLICIES.scaleDown),
          },
        }
      : {}),
  };
}

const pod: Prepare = (object, context) => {
  const spec = filled(withPodSpecDefaults(object['spec']), {
    enableServiceLinks: true,
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
  });
  const named = filled(spec, { serviceAccountName: 'default', serviceAccount: 'default' });
  const status = context.existing ? object['status'] : { phase: 'Pending', qosClass: 'BestEffort' };
  return { ...object, spec: named, status };
};

const secret: Prepare = (object) => {
  const { stringData, ...rest } = object;
  const encoded = Object.entries(objectAt(stringData)).map(([key, value]) => [
    key,
    Buffer.from(plainText(value ?? '')).toString('base64'),
  ]);
  const data = { ...objectAt(rest, 'data'), ...Object.fromEntries(encoded) };
  return filled({ ...rest, ...(Object.keys(data).length > 0 ? { data } : {}) }, { type: 'Opaque' });
};

const namespace: Prepare = (object, context) => ({
  ...withAt(object, ['metadata', 'labels', 'kubernetes.io/metadata.name'], textAt(object, 'metadata', 'name')),
  ...(context.existing
    ? {}
    : { spec: filled(object['spec'], { finalizers: ['kubernetes'] }), status: { phase: 'Active' } }),
});

const webhooks: Prepare = (object) => ({
  ...object,
  webhooks: listAt(object, 'webhooks').map((webhook) => ({
    ...filled(webhook, {
      failurePolicy: 'Fail',
      matchPolicy: 'Equivalent',
      namespaceSelector: {},
      objectSelector: {},
      timeoutSeconds: 10,
    }),
    rules: listAt(webhook, 'rules').map((rule) => filled(rule, { scope: '*' })),
  })),
});

const roleBinding: Prepare = (object) => ({
  ...object,
  subjects: listAt(object, 'subjects').map((subject) =>
    filled(subject, textAt(subject, 'kind') === 'ServiceAccount' ? {} : { apiGroup: 'rbac.authorization.k8s.io' }),
  ),
});

const networkPolicy = inSpec((spec) => {
  const types = spec['egress'] === undefined ? ['Ingress'] : ['Ingress', 'Egress'];
  return filled(spec, { policyTypes: types });
});

const PREPARE: Readonly<Record<string, Prepare>> = {
  Pod: pod,
  Deployment: inSpec(deploymentSpec),
  ReplicaSet: inSpec((spec) => ({
    ...filled(spec, { replicas: 1 }),
    template: withPodTemplateDefaults(spec['template']),
  })),
  ReplicationController: inSpec((spec) => ({
    ...filled(spec, { replicas: 1 }),
    template: withPodTemplateDefaults(spec['template']),
  })),
  StatefulSet: inSpec(statefulSetSpec),
  DaemonSet: inSpec((spec) => ({
    ...filled(spec, { revisionHistoryLimit: 10 }),
    template: withPodTemplateDefaults(spec['template']),
  })),
  Job: (object, context) => ownSelector(inSpec(jobSpec)(object, context), context),
  HorizontalPodAutoscaler: inSpec(hpaSpec),
  Service: prepareService,
  Secret: secret,
  Namespace: namespace,
  ValidatingWebhookConfiguration: webhooks,
  RoleBinding: roleBinding,
  ClusterRoleBinding: roleBinding,
  NetworkPolicy: networkPolicy,
  APIService: (object) => object,
  CustomResourceDefinition: prepareDefinition,
};

export function prepareFor(kind: string, object: JsonObject, context: WriteContext): JsonObject {
  const prepare = Object.hasOwn(PREPARE, kind) ? PREPARE[kind] : undefined;
  return prepare ? prepare(object, context) : object;
}
