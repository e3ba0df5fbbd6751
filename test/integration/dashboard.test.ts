// The chart's dashboard and alerts, and the series that KEDA's dashboards ask for, in a real Prometheus that reads a running Sluice as
// the Prometheus operator would have it do. A query that matches nothing would show an empty panel for ever, or be an alert that never fires.
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { annotations } from '../../src/api/names.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { freePort } from '../../src/sandbox/free-port.ts';
import {
  CREDENTIALS,
  hasPrometheus,
  type RestartableBroker,
  startPrometheus,
  whereInstalled,
} from '../support/brokers.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledObject, aScaledWorker, aTrigger, brokerAccess } from '../support/queue-worker.ts';
import { read } from '../support/source-tree.ts';
import { NAMESPACE, startWorld, type World } from '../support/world.ts';

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets?: readonly { readonly expr: string }[] }[];
  readonly templating: {
    readonly list: readonly { readonly name: string; readonly query: string | { query: string } }[];
  };
}
const dashboard = JSON.parse(read('charts/sluice/files/grafana-dashboard.json')) as Dashboard;
const alerts = parse(read('charts/sluice/files/alerts.yaml')) as readonly {
  readonly alert: string;
  readonly expr: string;
}[];

let world: World;
let prometheus: RestartableBroker;

const TARGET = { namespace: 'sluice', pod: 'sluice-0', service: 'sluice' };

whereInstalled(
  hasPrometheus,
  'prometheus',
  describe,
)('Prometheus', () => {
  beforeAll(async () => {
    const webhookPort = await freePort();
    world = await startWorld({ flags: { admissionWebhook: 'true', webhookPort: String(webhookPort) } });
    for (const queue of ['fine', 'calm', 'jobs', 'a', 'b']) world.broker.createQueue(queue);
    await world.apply(...brokerAccess(world.broker.connectionString()), ...everyKind());
    await world.send('fine', 7);
    prometheus = await startPrometheus(world.diagnosticsPort(), TARGET);
    await eventually('something is scaled', async () => expect(await world.replicas('fine')).toBe(1));
    // Asked again and again, so that there is a rate.
    await eventually('everything was told twice', async () => {
      await review(webhookPort, aScaledObject('fine'));
      await review(webhookPort, aScaledObject('refused', { spec: { minReplicaCount: 5, maxReplicaCount: 1 } }));
      await world.metric('fine', 's0-azure-servicebus-fine');
      const counted = 'count_over_time(sluice_build_info[30s]) > 4 and on() keda_scaler_detail_errors_total > 1';
      return (await ask(counted)).length > 0;
    });
  });
  afterAll(async () => {
    await prometheus.stop();
    await world.stop();
  });

  describe('the dashboard', () => {
    const expressions = dashboard.panels.flatMap(({ title, targets = [] }) =>
      targets.map(({ expr }) => [title, expr] as const),
    );

    it.each(expressions)('matches something: %s: %s', async (_title, expression) => {
      expect(await ask(filledIn(expression))).not.toEqual([]);
    });

    it('offers every object and every namespace', async () => {
      const queries = dashboard.templating.list.map(({ query }) => (typeof query === 'string' ? query : query.query));
      const offered = queries.flatMap((query) => /^label_values\((.+), (\S+)\)$/.exec(query)?.slice(1) ?? []);
      expect(offered).toHaveLength(6);
      for (let at = 0; at < offered.length; at += 2) {
        const [series = '', label = ''] = offered.slice(at, at + 2).map(filledIn);
        const found = await ask(series);
        expect([series, found.filter(({ [label]: value }) => value === undefined)]).toEqual([series, []]);
        expect(found).not.toEqual([]);
      }
    });
  });

  describe('the alerts', () => {
    // What rarely happens is asked for in its everyday form: any status in place of a bad one, any size in place of too much.
    const everyday = alerts.flatMap(({ alert, expr }) =>
      expr.split(/\n\s*or /).map(
        (part) =>
          [
            alert,
            part
              .replace(/ (>|==) [\d.]+$/, '')
              .replace(/code=~?"[^"]+"/g, 'code=~".+"')
              .replace(/^absent\((.*)\)$/, '$1'),
          ] as const,
      ),
    );

    it.each(everyday)('look at something: %s: %s', async (_alert, expression) => {
      expect(await ask(expression)).not.toEqual([]);
    });

    it.each(alerts.map(({ alert, expr }) => [alert, expr] as const))(
      'are understood, and quiet unless they should not be: %s',
      async (alert, expr) => {
        const firing = await ask(expr);
        // One of the objects fails on purpose.
        const expected = ['SluiceObjectFails', 'SluiceReadsFail', 'SluiceMetricsFail'];
        if (!expected.includes(alert)) expect(firing).toEqual([]);
      },
    );
  });

  describe('what KEDA’s dashboards and alerts ask for', () => {
    const object = (name: string, more: object = {}) => ({
      exported_namespace: NAMESPACE,
      scaledObject: name,
      ...more,
    });
    const trigger = (name: string, more: object = {}) =>
      object(name, {
        metric: `s0-azure-servicebus-${name}`,
        scaler: 'azureServiceBusScaler',
        triggerIndex: '0',
        type: 'scaledobject',
        ...more,
      });
    const http = {
      exported_namespace: NAMESPACE,
      scaled_resource: 'fine',
      scaler: 'azure-servicebus',
      status_code: '200',
    };
    const EXPECTED: readonly (readonly [series: string, labels: object])[] = [
      ['keda_build_info', { goos: 'linux' }],
      ['keda_scaler_metrics_value', trigger('fine')],
      ['keda_scaler_metrics_value', trigger('jobs', { type: 'scaledjob' })],
      ['keda_scaler_metrics_value', object('sum', { metric: 'composite-metric', scaler: 'composite-metric' })],
      [
        'keda_scaler_metrics_value',
        object('sum', { metric: 's1-azure-servicebus-b', scaler: 'second', triggerIndex: '1' }),
      ],
      ['keda_scaler_metrics_latency_seconds', trigger('fine')],
      ['keda_scaler_active', trigger('fine')],
      ['keda_scaler_active', object('busy', { metric: 'cpu', scaler: 'cpuMemoryScaler' })],
      ['keda_scaler_active', object('sum', { metric: 'composite-metric' })],
      ['keda_scaler_detail_errors_total', trigger('fine')],
      ['keda_scaler_detail_errors_total', trigger('failing')],
      ['keda_scaled_object_errors_total', object('fine')],
      ['keda_scaled_object_paused', object('calm')],
      ['keda_scaled_job_errors_total', { exported_namespace: NAMESPACE, scaledJob: 'jobs' }],
      [
        'keda_internal_scale_loop_latency_seconds',
        { exported_namespace: NAMESPACE, type: 'scaledobject', resource: 'fine' },
      ],
      ['keda_internal_scale_loop_latency_seconds', { type: 'scaledjob', resource: 'jobs' }],
      ['keda_trigger_registered_total', { type: 'azure-servicebus' }],
      ['keda_resource_registered_total', { type: 'scaled_object', exported_namespace: NAMESPACE }],
      ['keda_resource_registered_total', { type: 'scaled_job', exported_namespace: NAMESPACE }],
      ['keda_resource_registered_total', { type: 'trigger_authentication', exported_namespace: NAMESPACE }],
      ['keda_scaler_http_requests_total', { ...http, metric_name: 's0-azure-servicebus-fine', trigger_name: '' }],
      [
        'keda_scaler_http_request_duration_seconds_bucket',
        { scaler: 'azure-servicebus', status_code: '200', le: '0.005' },
      ],
      ['keda_webhook_scaled_object_validations_total', { exported_namespace: NAMESPACE, action: 'create' }],
      ['keda_webhook_scaled_object_validation_errors_total', { exported_namespace: NAMESPACE, action: 'create' }],
    ];

    it.each(EXPECTED)('is there: %s %j', async (series, labels) => {
      const matchers = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
      expect(await ask(`${series}{${matchers.join(',')}}`)).toHaveLength(1);
    });

    it('says what is so', async () => {
      const value = async (query: string) => (await samples(query)).map(([number]) => number);
      expect(await value('keda_scaler_metrics_value{scaledObject="fine"}')).toEqual(['7']);
      expect(await value('keda_scaled_object_paused{scaledObject="calm"}')).toEqual(['1']);
      expect(await value('keda_scaled_object_errors_total{scaledObject="fine"}')).toEqual(['0']);
      expect(await ask('keda_scaler_active{scaledObject="calm"}')).toEqual([]);
    });
  });
});

function everyKind(): readonly KubeObject[] {
  const two = [
    { ...aTrigger('a'), name: 'first' },
    { ...aTrigger('b'), name: 'second' },
  ];
  const cpu = { type: 'cpu', metricType: 'Utilization', metadata: { value: '50' } };
  const scalingModifiers = { formula: 'first + second', target: '10' };
  const container = { name: 'job', image: 'worker', command: ['true'] };
  return [
    ...aScaledWorker('fine'),
    ...aScaledWorker('failing', { replicas: 1 }),
    ...aScaledWorker('calm', { annotations: { [annotations.paused]: 'true' } }),
    ...aScaledWorker('sum', { spec: { triggers: two, advanced: { scalingModifiers } } }),
    ...aScaledWorker('busy', { replicas: 1, spec: { minReplicaCount: 1, triggers: [cpu] } }),
    {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledJob',
      metadata: { name: 'jobs', namespace: NAMESPACE },
      spec: {
        pollingInterval: 1,
        jobTargetRef: { template: { spec: { restartPolicy: 'Never', containers: [container] } } },
        triggers: [aTrigger('jobs')],
      },
    } as KubeObject,
  ];
}

/** As Grafana does it, with everything chosen. */
function filledIn(expression: string): string {
  return expression
    .replaceAll('$namespace_label', 'exported_namespace')
    .replaceAll(/\$(namespace|object|job)\b/g, '.*')
    .replaceAll('$__rate_interval', '30s');
}

async function samples(query: string): Promise<readonly (readonly [value: string, labels: Record<string, string>])[]> {
  const authorization = `Basic ${btoa(`${CREDENTIALS.username}:${CREDENTIALS.password}`)}`;
  const url = `http://127.0.0.1:${prometheus.port}/api/v1/query?query=${encodeURIComponent(query)}`;
  const answer = (await (await fetch(url, { headers: { authorization } })).json()) as {
    readonly error?: string;
    readonly data?: {
      readonly result: readonly { metric: Record<string, string>; value: readonly [number, string] }[];
    };
  };
  if (!answer.data) throw new Error(`${query}: ${answer.error}`);
  return answer.data.result.map(({ metric, value: [, value] }) => [value, metric]);
}

const ask = async (query: string): Promise<readonly Readonly<Record<string, string>>[]> =>
  (await samples(query)).map(([, labels]) => labels);

/** Asks the webhook as the API server does. */
function review(port: number, object: KubeObject): Promise<void> {
  const uid = `review-of-${object.metadata.name}`;
  const resource = { group: 'keda.sh', version: 'v1alpha1', resource: 'scaledobjects' };
  const kind = { group: 'keda.sh', version: 'v1alpha1', kind: 'ScaledObject' };
  const asked = { uid, kind, resource, namespace: NAMESPACE, name: object.metadata.name, operation: 'CREATE', object };
  const body = JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request: asked });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const options = { method: 'POST', rejectUnauthorized: false, headers: { 'content-type': 'application/json' } };
  request(`https://127.0.0.1:${port}/validate-keda-sh-v1alpha1-scaledobject`, options, (response) => {
    response.resume().on('end', resolve);
  })
    .on('error', reject)
    .end(body);
  return promise;
}
