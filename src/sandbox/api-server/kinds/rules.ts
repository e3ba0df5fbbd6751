// The rules of built-in kinds that a schema can't say, with Kubernetes' messages: what is required, in range, consistent, immutable.
import { type ApiObject, equal, isObject, type Json, listAt, numberAt, objectAt, textAt } from '../object.ts';
import { checkDataKey } from '../names.ts';
import type { WriteContext } from '../resource-type.ts';
import { selectorFromObject } from '../selectors.ts';
import { forbiddenField, invalidValue, required, type StatusCause, unsupported } from '../status.ts';
import { definitionRules } from '../custom/definition-rules.ts';
import { podSpecRules } from './pod-rules.ts';

type Rules = (object: ApiObject, context: WriteContext) => readonly StatusCause[];

const NOT_NEGATIVE = 'must be greater than or equal to 0';

function notNegative(object: ApiObject, field: string): StatusCause[] {
  const value = numberAt(object, ...field.split('.'));
  return value !== undefined && value < 0 ? [invalidValue(field, value, NOT_NEGATIVE)] : [];
}

function immutable(object: ApiObject, existing: ApiObject | undefined, field: string): StatusCause[] {
  if (!existing) return [];
  const path = field.split('.');
  const before = valueAt(existing, path);
  const after = valueAt(object, path);
  return equal(before, after) ? [] : [invalidValue(field, after ?? null, 'field is immutable')];
}

function valueAt(object: ApiObject, path: readonly string[]): Json | undefined {
  return path.reduce<Json | undefined>((here, key) => (isObject(here) ? here[key] : undefined), object);
}

const workload: Rules = (object, { existing }) => {
  const selector = objectAt(object, 'spec', 'selector');
  const labels = objectAt(object, 'spec', 'template', 'metadata', 'labels') as Record<string, string>;
  const missing = Object.keys(selector).length === 0;
  const claims = listAt(object, 'spec', 'volumeClaimTemplates').flatMap((c) => textAt(c, 'metadata', 'name') ?? []);
  return [
    ...notNegative(object, 'spec.replicas'),
    ...(missing ? [required('spec.selector')] : []),
    ...(!missing && !selectorFromObject(selector)(labels)
      ? [invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')]
      : []),
    ...immutable(object, existing, 'spec.selector'),
    ...podSpecRules('spec.template.spec', objectAt(object, 'spec', 'template', 'spec'), claims),
    ...restartPolicy(object, ['Always']),
  ];
};

function restartPolicy(object: ApiObject, allowed: readonly string[]): StatusCause[] {
  const found = textAt(object, 'spec', 'template', 'spec', 'restartPolicy');
  if (found === undefined || allowed.includes(found)) return [];
  return [unsupported('spec.template.spec.restartPolicy', found, allowed)];
}

const job: Rules = (object, { existing }) => [
  ...['spec.parallelism', 'spec.completions', 'spec.backoffLimit', 'spec.ttlSecondsAfterFinished'].flatMap((field) =>
    notNegative(object, field),
  ),
  ...(numberAt(object, 'spec', 'activeDeadlineSeconds') === 0
    ? [invalidValue('spec.activeDeadlineSeconds', 0, 'must be greater than 0')]
    : []),
  ...podSpecRules('spec.template.spec', objectAt(object, 'spec', 'template', 'spec')),
  ...restartPolicy(object, ['OnFailure', 'Never']),
  ...immutable(object, existing, 'spec.selector'),
  ...(existing && !equal(objectAt(existing, 'spec', 'template', 'spec'), objectAt(object, 'spec', 'template', 'spec'))
    ? [invalidValue('spec.template', objectAt(object, 'spec', 'template'), 'field is immutable')]
    : []),
];

const pod: Rules = (object, { existing }) => [
  ...podSpecRules('spec', objectAt(object, 'spec')),
  ...(existing && !equal(frozenPodSpec(existing), frozenPodSpec(object))
    ? [
        forbiddenField(
          'spec',
          'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
        ),
      ]
    : []),
];

/** A pod's specification without what may change after creation. */
function frozenPodSpec(object: ApiObject): Json {
  const {
    activeDeadlineSeconds: _a,
    tolerations: _t,
    terminationGracePeriodSeconds: _g,
    schedulingGates: _s,
    ...spec
  } = objectAt(object, 'spec');
  const imageless = (list: readonly Json[]): Json =>
    list.map((container) => {
      const { image: _i, ...rest } = objectAt(container);
      return rest;
    });
  return {
    ...spec,
    containers: imageless(listAt(spec, 'containers')),
    initContainers: imageless(listAt(spec, 'initContainers')),
    ephemeralContainers: undefined,
  };
}

const autoscaler: Rules = (object) => {
  const min = numberAt(object, 'spec', 'minReplicas') ?? 1;
  const max = numberAt(object, 'spec', 'maxReplicas');
  return [
    ...(textAt(object, 'spec', 'scaleTargetRef', 'kind') ? [] : [required('spec.scaleTargetRef.kind')]),
    ...(textAt(object, 'spec', 'scaleTargetRef', 'name') ? [] : [required('spec.scaleTargetRef.name')]),
    ...(min < 1 ? [invalidValue('spec.minReplicas', min, 'must be greater than or equal to 1')] : []),
    ...(max === undefined || max < 1 ? [invalidValue('spec.maxReplicas', max ?? 0, 'must be greater than 0')] : []),
    ...(max !== undefined && max < min
      ? [invalidValue('spec.maxReplicas', max, 'must be greater than or equal to `minReplicas`')]
      : []),
  ];
};

const service: Rules = (object, { existing }) => {
  const type = textAt(object, 'spec', 'type');
  const headless = textAt(object, 'spec', 'clusterIP') === 'None';
  const ports = listAt(object, 'spec', 'ports');
  const known = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
  return [
    ...(type !== undefined && known.includes(type) ? [] : [unsupported('spec.type', type ?? '', known)]),
    ...(ports.length === 0 && !headless && type !== 'ExternalName' ? [required('spec.ports')] : []),
    ...(type === 'ExternalName' && !textAt(object, 'spec', 'externalName') ? [required('spec.externalName')] : []),
    ...ports.flatMap((port, index) => {
      const number = numberAt(port, 'port') ?? 0;
      const field = `spec.ports[${index}]`;
      return [
        ...(number < 1 || number > 65535
          ? [invalidValue(`${field}.port`, number, 'must be between 1 and 65535, inclusive')]
          : []),
        ...(ports.length > 1 && !textAt(port, 'name') ? [required(`${field}.name`)] : []),
      ];
    }),
    ...(textAt(existing, 'spec', 'type') === type && type !== 'ExternalName'
      ? immutable(object, existing, 'spec.clusterIP')
      : []),
  ];
};

const keyed: Rules = (object, { existing }) => [
  ...['data', 'binaryData'].flatMap((member) =>
    Object.keys(objectAt(object, member)).flatMap((key) => checkDataKey(`${member}[${key}]`, key)),
  ),
  ...(existing?.['immutable'] === true && !equal(objectAt(existing, 'data'), objectAt(object, 'data'))
    ? [forbiddenField('data', 'field is immutable when `immutable` is set')]
    : []),
  ...(object.kind === 'Secret' ? immutable(object, existing, 'type') : []),
];

const apiService: Rules = (object) => {
  const group = textAt(object, 'spec', 'group') ?? '';
  const version = textAt(object, 'spec', 'version') ?? '';
  const expected = `${version}.${group}`;
  return object.metadata.name === expected
    ? []
    : [invalidValue('metadata.name', object.metadata.name, `must be \`spec.version+"."+spec.group\`: "${expected}"`)];
};

const binding: Rules = (object, { existing }) =>
  existing && !equal(existing['roleRef'], object['roleRef'])
    ? [invalidValue('roleRef', object['roleRef'] ?? null, 'cannot change roleRef')]
    : [];

/** Of the core form less is asked. Bytes are counted, and called characters. */
const event: Rules = (object) => {
  if (object.apiVersion !== 'events.k8s.io/v1') return [];
  const missing = ['eventTime', 'reportingController', 'reportingInstance', 'action', 'reason'];
  const type = textAt(object, 'type') ?? '';
  return [
    ...missing.filter((field) => !textAt(object, field)).map((field) => required(field)),
    ...(['Normal', 'Warning'].includes(type) ? [] : [invalidValue('type', '', 'has invalid value: ' + type)]),
    ...(Buffer.byteLength(textAt(object, 'note') ?? '') > 1024
      ? [invalidValue('message', '', 'can have at most 1024 characters')]
      : []),
  ];
};

const webhooks: Rules = (object) =>
  listAt(object, 'webhooks').flatMap((webhook, index) => {
    const url = textAt(webhook, 'clientConfig', 'url');
    if (url === undefined || url.startsWith('https:')) return [];
    const why = "'https' is the only allowed URL scheme; desired format: https://host[:port]/path";
    return [invalidValue(`webhooks[${index}].clientConfig.url`, url.split(':')[0], why)];
  });

const RULES: Readonly<Record<string, Rules>> = {
  Deployment: workload,
  ReplicaSet: workload,
  StatefulSet: workload,
  DaemonSet: workload,
  Job: job,
  Pod: pod,
  HorizontalPodAutoscaler: autoscaler,
  Service: service,
  ConfigMap: keyed,
  Secret: keyed,
  APIService: apiService,
  Event: event,
  ValidatingWebhookConfiguration: webhooks,
  MutatingWebhookConfiguration: webhooks,
  RoleBinding: binding,
  ClusterRoleBinding: binding,
  CustomResourceDefinition: definitionRules,
};

export function rulesFor(kind: string, object: ApiObject, context: WriteContext): readonly StatusCause[] {
  const rules = Object.hasOwn(RULES, kind) ? RULES[kind] : undefined;
  return rules ? rules(object, context) : [];
}
