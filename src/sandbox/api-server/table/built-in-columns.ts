// The columns that kubectl users know for the built-in kinds.
import { type ApiObject, type Json, listAt, numberAt, objectAt, textAt, plainText } from '../object.ts';
import type { Column } from '../resource-type.ts';
import { selectorText } from '../selectors.ts';
import { ageOf } from './columns.ts';
import { shortDuration } from './duration.ts';
import { containerImages, containerNames, podReady, podRestarts, podStatus } from './pod-columns.ts';

type Cell = Column['cell'];

function column(name: string, cell: Cell, type: Column['type'] = 'string'): Column {
  return { name, type, priority: 0, cell };
}

function wide(name: string, cell: Cell): Column {
  return { ...column(name, cell), priority: 1 };
}

const number =
  (...path: readonly string[]): Cell =>
  (object) =>
    numberAt(object, ...path) ?? 0;

const text =
  (...path: readonly string[]): Cell =>
  (object) =>
    textAt(object, ...path) || '<none>';

const template = (object: ApiObject): Json => objectAt(object, 'spec', 'template', 'spec');
const selector: Cell = (object) => selectorText(objectAt(object, 'spec', 'selector')) || '<none>';
const outOf =
  (ready: readonly string[], wanted: readonly string[]): Cell =>
  (object) =>
    `${numberAt(object, ...ready) ?? 0}/${numberAt(object, ...wanted) ?? 0}`;

const containers: readonly Column[] = [
  wide('Containers', (o) => containerNames(template(o))),
  wide('Images', (o) => containerImages(template(o))),
];

/** Conditions with status True make the word; a cordoned node says so. */
function nodeStatus(node: ApiObject): string {
  const ready = listAt(node, 'status', 'conditions').find((c) => textAt(c, 'type') === 'Ready');
  const word = ready === undefined ? 'Unknown' : textAt(ready, 'status') === 'True' ? 'Ready' : 'NotReady';
  return objectAt(node, 'spec')['unschedulable'] === true ? `${word},SchedulingDisabled` : word;
}

function nodeRoles(node: ApiObject): string {
  const roles = Object.keys(node.metadata.labels ?? {}).flatMap(
    (label) => /^node-role\.kubernetes\.io\/(.+)$/.exec(label)?.[1] ?? [],
  );
  return roles.sort().join(',') || '<none>';
}

function servicePorts(service: ApiObject): string {
  const ports = listAt(service, 'spec', 'ports').map((port) => {
    const nodePort = numberAt(port, 'nodePort');
    return `${numberAt(port, 'port')}${nodePort ? `:${nodePort}` : ''}/${textAt(port, 'protocol') ?? 'TCP'}`;
  });
  return ports.join(',') || '<none>';
}

function externalAddress(service: ApiObject): string {
  if (textAt(service, 'spec', 'type') === 'ExternalName') return textAt(service, 'spec', 'externalName') ?? '<none>';
  return listAt(service, 'spec', 'externalIPs').map(plainText).join(',') || '<none>';
}

/** `<current>/<target>` for each metric of an HPA, at most two. */
function hpaTargets(hpa: ApiObject): string {
  const current = listAt(hpa, 'status', 'currentMetrics');
  const shown = listAt(hpa, 'spec', 'metrics').map((metric, index) => {
    const source = sourceOf(metric);
    const target = objectAt(source, 'target');
    const now = objectAt(sourceOf(current[index] ?? null), 'current');
    const percent = numberAt(target, 'averageUtilization');
    if (percent !== undefined) {
      return `${textAt(source, 'name') ?? 'cpu'}: ${numberAt(now, 'averageUtilization') ?? '<unknown>'}/${percent}%`.replace(
        /: (\d+)\//,
        ': $1%/',
      );
    }
    const wanted = target['averageValue'] ?? target['value'];
    const average = target['averageValue'] !== undefined ? ' (avg)' : '';
    const value = target['averageValue'] !== undefined ? now['averageValue'] : now['value'];
    return `${plainText(value ?? '<unknown>')}/${plainText(wanted ?? '<unknown>')}${average}`;
  });
  if (shown.length === 0) return '<none>';
  return shown.length > 2 ? `${shown.slice(0, 2).join(', ')} + ${shown.length - 2} more...` : shown.join(', ');
}

function sourceOf(metric: Json): Json {
  const type = textAt(metric, 'type') ?? '';
  return objectAt(metric, `${type.charAt(0).toLowerCase()}${type.slice(1)}`);
}

function jobStatus(job: ApiObject): string {
  const holds = (type: string): boolean =>
    listAt(job, 'status', 'conditions').some((c) => textAt(c, 'type') === type && textAt(c, 'status') === 'True');
  const known = ['Complete', 'Failed', 'Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(holds);
  if (job.metadata.deletionTimestamp) return 'Terminating';
  return known ?? 'Running';
}

function jobDuration(job: ApiObject, nowMs: number): string {
  const from = Date.parse(textAt(job, 'status', 'startTime') ?? '');
  const to = Date.parse(textAt(job, 'status', 'completionTime') ?? '');
  return Number.isNaN(from) ? '' : shortDuration((Number.isNaN(to) ? nowMs : to) - from);
}

function completions(job: ApiObject): string {
  const wanted = numberAt(job, 'spec', 'completions');
  const parallelism = numberAt(job, 'spec', 'parallelism') ?? 1;
  const done = numberAt(job, 'status', 'succeeded') ?? 0;
  return wanted === undefined ? `${done}/1${parallelism > 1 ? ` of ${parallelism}` : ''}` : `${done}/${wanted}`;
}

const involved =
  (key: string): Cell =>
  (event) =>
    textAt(event, 'involvedObject', key) ?? textAt(event, 'regarding', key) ?? '';

function lastSeen(event: ApiObject, nowMs: number): string {
  const time =
    textAt(event, 'series', 'lastObservedTime') ??
    textAt(event, 'lastTimestamp') ??
    textAt(event, 'deprecatedLastTimestamp') ??
    textAt(event, 'eventTime') ??
    event.metadata.creationTimestamp;
  return ageOf(time, nowMs);
}

const eventColumns: readonly Column[] = [
  column('Last Seen', lastSeen),
  column('Type', (e) => textAt(e, 'type') ?? ''),
  column('Reason', (e) => textAt(e, 'reason') ?? ''),
  column('Object', (e, now) => `${String(involved('kind')(e, now)).toLowerCase()}/${involved('name')(e, now)}`),
  wide(
    'Source',
    (e) =>
      textAt(e, 'reportingComponent') || textAt(e, 'reportingController') || textAt(e, 'source', 'component') || '',
  ),
  column('Message', (e) => (textAt(e, 'message') ?? textAt(e, 'note') ?? '').trim()),
  wide('Count', (e) => numberAt(e, 'series', 'count') ?? numberAt(e, 'count') ?? numberAt(e, 'deprecatedCount') ?? 1),
];

const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  Namespace: [column('Status', text('status', 'phase'))],
  Pod: [
    column('Ready', podReady),
    column('Status', podStatus),
    column('Restarts', podRestarts),
    wide('IP', text('status', 'podIP')),
    wide('Node', text('spec', 'nodeName')),
  ],
  Deployment: [
    column('Ready', outOf(['status', 'readyReplicas'], ['spec', 'replicas'])),
    column('Up-to-date', number('status', 'updatedReplicas'), 'integer'),
    column('Available', number('status', 'availableReplicas'), 'integer'),
    ...containers,
    wide('Selector', selector),
  ],
  ReplicaSet: [
    column('Desired', number('spec', 'replicas'), 'integer'),
    column('Current', number('status', 'replicas'), 'integer'),
    column('Ready', number('status', 'readyReplicas'), 'integer'),
    ...containers,
    wide('Selector', selector),
  ],
  StatefulSet: [column('Ready', outOf(['status', 'readyReplicas'], ['spec', 'replicas'])), ...containers],
  DaemonSet: [
    column('Desired', number('status', 'desiredNumberScheduled'), 'integer'),
    column('Current', number('status', 'currentNumberScheduled'), 'integer'),
    column('Ready', number('status', 'numberReady'), 'integer'),
  ],
  Job: [
    column('Status', jobStatus),
    column('Completions', completions),
    column('Duration', jobDuration),
    ...containers,
  ],
  CronJob: [
    column('Schedule', text('spec', 'schedule')),
    column('Timezone', text('spec', 'timeZone')),
    column('Suspend', (o) => (objectAt(o, 'spec')['suspend'] === true ? 'True' : 'False')),
    column('Active', (o) => listAt(o, 'status', 'active').length, 'integer'),
    column('Last Schedule', (o, now) => {
      const last = textAt(o, 'status', 'lastScheduleTime');
      return last === undefined ? '<none>' : ageOf(last, now);
    }),
  ],
  HorizontalPodAutoscaler: [
    column(
      'Reference',
      (o) => `${textAt(o, 'spec', 'scaleTargetRef', 'kind')}/${textAt(o, 'spec', 'scaleTargetRef', 'name')}`,
    ),
    column('Targets', hpaTargets),
    column('MinPods', (o) => String(numberAt(o, 'spec', 'minReplicas') ?? '<unset>')),
    column('MaxPods', number('spec', 'maxReplicas'), 'integer'),
    column('Replicas', number('status', 'currentReplicas'), 'integer'),
  ],
  Service: [
    column('Type', text('spec', 'type')),
    column('Cluster-IP', text('spec', 'clusterIP')),
    column('External-IP', externalAddress),
    column('Port(s)', servicePorts),
  ],
  Node: [
    column('Status', nodeStatus),
    column('Roles', nodeRoles),
    column('Version', text('status', 'nodeInfo', 'kubeletVersion')),
  ],
  Secret: [column('Type', text('type')), column('Data', (o) => Object.keys(objectAt(o, 'data')).length, 'integer')],
  ConfigMap: [
    column('Data', (o) => Object.keys({ ...objectAt(o, 'data'), ...objectAt(o, 'binaryData') }).length, 'integer'),
  ],
  ServiceAccount: [column('Secrets', (o) => listAt(o, 'secrets').length, 'integer')],
  Event: eventColumns,
  Lease: [column('Holder', (o) => textAt(o, 'spec', 'holderIdentity') ?? '')],
  APIService: [
    column('Service', (o) => {
      const name = textAt(o, 'spec', 'service', 'name');
      return name === undefined ? 'Local' : `${textAt(o, 'spec', 'service', 'namespace')}/${name}`;
    }),
    column('Available', (o) => {
      const found = listAt(o, 'status', 'conditions').find((c) => textAt(c, 'type') === 'Available');
      const status = textAt(found, 'status') ?? 'Unknown';
      return status === 'True' ? status : `${status} (${textAt(found, 'reason') ?? ''})`;
    }),
  ],
  CustomResourceDefinition: [{ ...column('Created At', (o) => o.metadata.creationTimestamp), type: 'date' }],
  ValidatingWebhookConfiguration: [column('Webhooks', (o) => listAt(o, 'webhooks').length, 'integer')],
  PodDisruptionBudget: [
    column('Min Available', (o) => plainText(objectAt(o, 'spec')['minAvailable'] ?? 'N/A')),
    column('Max Unavailable', (o) => plainText(objectAt(o, 'spec')['maxUnavailable'] ?? 'N/A')),
    column('Allowed Disruptions', number('status', 'disruptionsAllowed'), 'integer'),
  ],
  PriorityClass: [
    column('Value', (o) => numberAt(o, 'value') ?? 0, 'integer'),
    column('Global-Default', (o) => o['globalDefault'] === true, 'boolean'),
    column('PreemptionPolicy', text('preemptionPolicy')),
  ],
  NetworkPolicy: [column('Pod-Selector', (o) => selectorText(objectAt(o, 'spec', 'podSelector')) || '<none>')],
};

/** The columns between Name and Age; none for kinds that have no others. */
export function columnsFor(kind: string): readonly Column[] {
  return (Object.hasOwn(COLUMNS, kind) ? COLUMNS[kind] : undefined) ?? [];
}
