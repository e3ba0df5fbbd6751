import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdmissionHandler, timeoutMs } from '../../../src/admission/handler.ts';
import { createJudges } from '../../../src/admission/judges.ts';
import { createReviewer } from '../../../src/admission/reviewer.ts';
import { KubeError } from '../../../src/errors.ts';
import { silentLogger } from '../../../src/log.ts';
import { createFakeClock, type FakeClock } from '../../support/clock.ts';
import { eventually } from '../../support/eventually.ts';
import { aJudgeWorld, aRequest, CPU, type JudgeWorld, RABBIT } from './judge-world.ts';

const SCALED_OBJECT = '/validate-keda-sh-v1alpha1-scaledobject';

let server: Server;
let world: JudgeWorld;
let clock: FakeClock;
let ready: boolean;
let counted: string[];
beforeEach(async () => {
  world = aJudgeWorld();
  clock = createFakeClock();
  ready = true;
  counted = [];
  const handle = createAdmissionHandler({
    judges: createJudges(world),
    review: createReviewer({
      namespaces: ['shop'],
      log: silentLogger,
      telemetry: {
        scaledObjectValidated: ({ namespace, action }) => counted.push(`${namespace} ${action}`),
        scaledObjectRefused: ({ namespace, action, reason }) => counted.push(`${namespace} ${action} ${reason}`),
        webhookRequest() {},
      },
    }),
    ready: () => ready,
    clock,
    log: silentLogger,
  });
  server = createServer((incoming, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    handle(incoming, gone.signal).then(
      ({ status, body }) => response.writeHead(status).end(body),
      () => response.destroy(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const post = (path: string, body: string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
  fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { method: 'POST', body, headers });

interface Spoken {
  readonly status: number;
  readonly uid?: string;
  readonly allowed?: boolean;
  readonly message?: string;
  readonly warnings?: readonly string[];
}

function aReview(more: object = {}, spec: object = {}): string {
  const { object } = aRequest(spec);
  const kind = { group: 'keda.sh', version: 'v1alpha1', kind: 'ScaledObject' };
  const request = { uid: 'u1', kind, name: 'worker', namespace: 'shop', operation: 'CREATE', object, ...more };
  return JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', request });
}

async function ask(review: string, path = SCALED_OBJECT): Promise<Spoken> {
  const answer = await post(path, review);
  if (answer.status !== 200) return { status: answer.status, message: await answer.text() };
  const { response } = (await answer.json()) as {
    response: {
      uid: string;
      allowed: boolean;
      status?: { message: string; code: number; reason: string };
      warnings?: string[];
    };
  };
  const { uid, allowed, status, warnings } = response;
  return {
    status: status?.code ?? 200,
    uid,
    allowed,
    ...(status ? { message: status.message } : {}),
    ...(warnings ? { warnings } : {}),
  };
}

describe('src/admission/handler', () => {
  it('answers with the uid that it was asked with', async () => {
    expect(await ask(aReview())).toEqual({ status: 200, uid: 'u1', allowed: true });
    expect(counted).toEqual(['shop create']);
  });

  it('takes what an API server may leave out', async () => {
    const { object } = aRequest();
    const bare = { dryRun: null, oldObject: null, namespace: undefined, name: undefined, subResource: undefined };
    expect(await ask(aReview({ ...bare, object }))).toEqual({ status: 200, uid: 'u1', allowed: true });
    const refused = await ask(aReview({ ...bare, object: { ...object, spec: {} } }));
    expect(refused.message).toContain('ScaledObject worker: spec.scaleTargetRef: required, but not there');
  });

  it('refuses with every problem in one message, and counts each reason once', async () => {
    world.neighbours.scaledObjectOn = () => 'other';
    const answer = await ask(aReview({}, { minReplicaCount: 5, maxReplicaCount: 2, idleReplicaCount: 7 }));
    expect(answer).toMatchObject({ status: 403, uid: 'u1', allowed: false });
    expect(answer.message).toMatch(
      /^ScaledObject shop\/worker: spec.minReplicaCount: .*; spec.idleReplicaCount: .*; spec.scaleTargetRef: /,
    );
    expect(counted).toEqual(['shop create', 'shop create incorrect-replicas', 'shop create other-scaled-object']);
  });

  it.each<[string, object]>([
    ['an operation that nobody has heard of', { operation: 'MERGE' }],
    ['a delete', { operation: 'DELETE', object: null, oldObject: aRequest().object }],
    ['a status', { operation: 'UPDATE', subResource: 'status' }],
    ['another namespace than those that are served', { namespace: 'elsewhere' }],
    ['a finalizer that goes', { operation: 'UPDATE', oldObject: aRequest({}, {}, { finalizers: ['a'] }).object }],
    [
      'an object on its way out',
      {
        operation: 'UPDATE',
        object: aRequest({}, {}, { deletionTimestamp: '2026-01-01T00:00:00Z' }).object,
        oldObject: aRequest().object,
      },
    ],
  ])('has no say in %s', async (_, more) => {
    world.neighbours.scaledObjectOn = () => 'other';
    expect(await ask(aReview(more))).toEqual({ status: 200, uid: 'u1', allowed: true });
    expect(counted).toEqual([]);
  });

  it('only warns when nothing that the rules look at has changed', async () => {
    world.neighbours.scaledObjectOn = () => 'other';
    const paused = { annotations: { 'autoscaling.keda.sh/paused': 'true' } };
    const same = await ask(
      aReview({ operation: 'UPDATE', object: aRequest({}, {}, paused).object, oldObject: aRequest().object }),
    );
    expect(same).toMatchObject({ allowed: true, warnings: [expect.stringContaining('already managed')] });
    world.cluster.workload = () => Promise.reject(new Error('no API server'));
    const { object: cpu } = aRequest({ triggers: [CPU] });
    expect(await ask(aReview({ operation: 'UPDATE', object: cpu, oldObject: cpu }))).toMatchObject({ allowed: true });
    const changed = await ask(aReview({ operation: 'UPDATE', oldObject: aRequest({ maxReplicaCount: 3 }).object }));
    expect(changed).toMatchObject({ allowed: false });
    expect(counted.at(-1)).toBe('shop update other-scaled-object');
    expect(counted).toHaveLength(4);
  });

  it.each<[string, string, string, string | undefined, string | undefined]>([
    [
      'ScaledJob',
      'keda.sh/v1alpha1',
      JSON.stringify({
        spec: {
          jobTargetRef: { template: { spec: { containers: [{ name: 'c', image: 'i' }] } } },
          rolloutStrategy: 'gradual',
          triggers: [
            { ...RABBIT, name: 'a' },
            { ...RABBIT, name: 'a' },
          ],
        },
      }),
      'is the name of triggers[0] already',
      'is deprecated: write rollout.strategy',
    ],
    [
      'TriggerAuthentication',
      'keda.sh/v1alpha1',
      JSON.stringify({ spec: { podIdentity: { provider: 'aws', externalID: 'x' } } }),
      'needs roleArn',
      undefined,
    ],
    [
      'ClusterTriggerAuthentication',
      'keda.sh/v1alpha1',
      JSON.stringify({ spec: { podIdentity: { provider: 'aws-eks' } } }),
      undefined,
      'aws-eks is deprecated',
    ],
    [
      'CloudEventSource',
      'eventing.keda.sh/v1alpha1',
      JSON.stringify({ spec: { destination: {} } }),
      undefined,
      'expected http or azureEventGridTopic, found neither',
    ],
    [
      'ClusterCloudEventSource',
      'eventing.keda.sh/v1alpha1',
      JSON.stringify({ spec: { destination: { http: {} } } }),
      'spec.destination.http.uri: required, but not there',
      undefined,
    ],
  ])('judges a %s', async (kind, apiVersion, rest, refusal, warning) => {
    const [group = '', version = ''] = apiVersion.split('/');
    const object = { apiVersion, kind, metadata: { name: 'x', namespace: 'shop' }, ...(JSON.parse(rest) as object) };
    const path = `/validate-${group.replaceAll('.', '-')}-${version}-${kind.toLowerCase()}`;
    const answer = await ask(aReview({ kind: { group, version, kind }, object }), path);
    expect(answer.message ?? '').toContain(refusal ?? '');
    expect(answer.allowed).toBe(refusal === undefined);
    expect((answer.warnings ?? []).join()).toContain(warning ?? '');
  });

  it.each<[string, string, number]>([
    ['no JSON', 'hello', 400],
    ['another document', '{"kind":"Pod","apiVersion":"v1"}', 400],
    ['an older AdmissionReview', aReview().replace('admission.k8s.io/v1', 'admission.k8s.io/v1beta1'), 400],
    ['no request', '{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview"}', 400],
    [
      'an object of KEDA 1',
      aReview({ kind: { group: 'keda.k8s.io', version: 'v1alpha1', kind: 'ScaledObject' } }),
      400,
    ],
    [
      'an object without end',
      aReview({}, { deep: '*' }).replace('"*"', `${'['.repeat(9_000)}${']'.repeat(9_000)}`),
      500,
    ],
    ['a kind that belongs to another path', aReview({ kind: { group: '', version: 'v1', kind: 'Pod' } }), 400],
    ['more than 8 MiB', `"${'x'.repeat(9 * 1024 * 1024)}"`, 413],
  ])('leaves the decision to the failurePolicy when it gets %s', async (_, body, status) => {
    expect((await ask(body)).status).toBe(status);
  });

  it('knows its paths, its method and its content type', async () => {
    const statuses = [
      (await post('/validate', aReview())).status,
      (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${SCALED_OBJECT}`)).status,
      (await post(SCALED_OBJECT, aReview(), { 'content-type': 'text/yaml' })).status,
      (await post(SCALED_OBJECT, aReview(), { 'content-type': 'application/json; charset=utf-8' })).status,
    ];
    expect(statuses).toEqual([404, 405, 415, 200]);
  });

  it('does not judge before it knows who else there is, nor when the API server does not answer', async () => {
    ready = false;
    expect((await ask(aReview())).status).toBe(503);
    ready = true;
    const away = new KubeError('get deployments: no answer', { code: 'KUBE_UNAVAILABLE', retry: 'backoff' });
    world.cluster.workload = () => Promise.reject(away);
    const cpu = { triggers: [CPU], minReplicaCount: 1 };
    expect(await ask(aReview({}, cpu))).toEqual({ status: 500, message: 'get deployments: no answer\n' });
    world.cluster.workload = () => Promise.reject(new TypeError('s3cret'));
    expect((await ask(aReview({}, cpu))).message).toBe('internal error; see the log of Sluice\n');
  });

  it('answers before the API server loses its patience', async () => {
    let asked = false;
    world.cluster.workload = () => {
      asked = true;
      return new Promise(() => {});
    };
    const answer = ask(aReview({}, { triggers: [CPU], minReplicaCount: 1 }), `${SCALED_OBJECT}?timeout=5s`);
    await eventually('the question', () => asked);
    await clock.advance(4_000);
    expect(await answer).toEqual({ status: 504, message: 'no answer within 4000 ms\n' });
  });

  it('shows as many warnings as the API server passes on', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`unknown\n${i}`, 'x']));
    const { warnings = [] } = await ask(
      aReview({}, { triggers: [{ ...RABBIT, metadata: { ...RABBIT.metadata, ...metadata } }] }),
    );
    expect(warnings.join('').length).toBeLessThan(4_096);
    expect(warnings.at(-1)).toMatch(/^and \d+ more: sluice validate shows them all$/);
    expect(warnings.join('')).not.toMatch(/\p{Cc}/u);
  });

  it.each<[string, number]>([
    ['10s', 10_000],
    ['1m', 30_000],
    ['1s500ms', 1_500],
    ['2.5s', 2_500],
    ['', 10_000],
    ['soon', 10_000],
    ['0s', 10_000],
    ['10s; drop', 10_000],
  ])('reads the timeout %j as %d ms', (text, ms) => {
    expect(timeoutMs(text)).toBe(ms);
  });
});
