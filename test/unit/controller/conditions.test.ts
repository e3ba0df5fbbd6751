// The conditions of a ScaledObject: every status and reason that KEDA's users know, and what brings it about.
import { afterEach, describe, expect, it } from '@jest/globals';
import { scaledObjects } from '../../../src/api/names.ts';
import type { ScaledObjectSpec } from '../../../src/api/scaled-object.ts';
import { KubeError, SourceUnavailableError } from '../../../src/errors.ts';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../../src/kube/resources.ts';
import {
  aDeployment,
  aScaledObject,
  type Answer,
  createWorld,
  never,
  type World,
} from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

const refused = new SourceUnavailableError('queue test: connection refused');
const queue = (name: string) => ({ type: 'queue', metadata: { queue: name } });
const fallback = { failureThreshold: 0, replicas: 4 };
type State = readonly [status: string, reason: string, message: string];
type Conditions = Partial<Record<'Ready' | 'Active' | 'Fallback' | 'Paused', State>>;

const READY: State = [
  'True',
  'ScaledObjectReady',
  'the definition is valid, the target exists and its HPA is in place',
];
const UNKNOWN: State = ['Unknown', 'UnknownState', 'it is not known whether a trigger is active'];
const ACTIVE: State = ['True', 'ScalerActive', 'at least one trigger is active'];
const NONE: State = ['False', 'NoFallbackFound', 'no fallback is in force'];
const RUNNING: State = ['False', 'ScaledObjectUnpaused', 'scaling is not paused'];
const FAILED = 'queue test: connection refused';

// biome-ignore format: a table
const ROWS: [string, { replicas?: number; spec?: Partial<ScaledObjectSpec>; answers?: Record<string, Answer> }, Conditions][] = [
  ['idle', {}, { Ready: READY, Active: ['False', 'ScalerNotActive', 'no trigger is active'], Fallback: NONE, Paused: RUNNING }],
  ['active', { answers: { worker: 5 } }, { Ready: READY, Active: ACTIVE, Fallback: NONE, Paused: RUNNING }],
  ['failing, without a fallback', { replicas: 2, answers: { worker: refused } }, { Ready: ['False', 'TriggerError', FAILED], Active: UNKNOWN, Fallback: NONE }],
  ['failing, before its fallback is in force', { replicas: 2, spec: { fallback: { ...fallback, failureThreshold: 9 } }, answers: { worker: refused } }, { Ready: READY, Active: UNKNOWN, Fallback: NONE }],
  ['failing, in fallback', { replicas: 2, spec: { fallback }, answers: { worker: refused } }, { Ready: READY, Active: ACTIVE, Fallback: ['True', 'FallbackExists', 'in force for s0-queue-worker'] }],
  ['active, with another trigger that fails', { replicas: 2, spec: { triggers: [queue('worker'), queue('other')] }, answers: { worker: 5, other: refused } }, { Ready: ['Unknown', 'PartialTriggerError', FAILED], Active: ACTIVE, Fallback: NONE }],
  ['idle, with another trigger that fails', { replicas: 2, spec: { triggers: [queue('worker'), queue('other')] }, answers: { other: refused } }, { Ready: ['False', 'TriggerError', FAILED], Active: UNKNOWN }],
  ['two failures that say the same', { spec: { triggers: [queue('worker'), queue('other')] }, answers: { worker: refused, other: refused } }, { Ready: ['False', 'TriggerError', FAILED] }],
  ['of cpu alone', { replicas: 2, spec: { triggers: [{ type: 'cpu', metricType: 'Utilization', metadata: { value: '50' } }] } }, { Ready: READY, Active: ACTIVE }],
  ['with bounds that contradict each other', { spec: { minReplicaCount: 5, maxReplicaCount: 2 } }, { Ready: ['False', 'ScaledObjectCheckFailed', 'ScaledObject shop/worker: spec.minReplicaCount: expected at most maxReplicaCount (2), found 5'], Active: UNKNOWN, Fallback: NONE, Paused: RUNNING }],
];

describe('conditions of an object that is', () => {
  it.each(ROWS)('%s', async (_what, { replicas = 0, spec = {}, answers = {} }, expected) => {
    world = await createWorld([aDeployment('worker', replicas), aScaledObject('worker', spec)], answers);
    const conditions = world.scaledObject()?.status?.conditions ?? [];
    expect(conditions.map(({ type }) => type)).toEqual(['Ready', 'Active', 'Fallback', 'Paused']);
    for (const [type, [status, reason, message]] of Object.entries(expected)) {
      expect(world.condition(type)).toEqual({ type, status, reason, message });
    }
  });

  it('cooling down', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker')], { worker: 5 });
    world.answers.set('worker', 0);
    await world.clock.advance(30_000);
    expect(world.condition('Active')).toMatchObject({ status: 'False', reason: 'ScalerCooldown' });
    await world.clock.advance(300_000);
    expect(world.condition('Active')).toMatchObject({ status: 'False', reason: 'ScalerNotActive' });
  });

  it('without a target', async () => {
    world = await createWorld([aScaledObject('worker')]);
    expect(world.condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'ScaledObjectCheckFailed',
      message: expect.stringContaining('Deployment "shop/worker" does not exist'),
    });
  });

  it('one whose target the API server does not tell of', async () => {
    world = await createWorld([]);
    world.kube.intercept = ({ subresource }) => {
      if (subresource !== 'scale') return;
      throw new KubeError('deployments/scale: the API server is overloaded', {
        code: 'KUBE_UNAVAILABLE',
        retry: 'backoff',
      });
    };
    await world.kube.create(scaledObjects, aScaledObject('worker'), { signal: never });
    await world.clock.advance(100);
    expect(world.condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'ErrorGettingCurrentReplicas',
      message: expect.stringContaining('overloaded'),
    });
    expect(world.condition('Active')).toMatchObject({ status: 'Unknown' });
  });
});

describe('condition HPAActive', () => {
  const told = async (conditions: readonly object[]) => {
    const key = { namespace: 'shop', name: 'keda-hpa-worker' };
    const body = { status: { conditions } };
    await world.kube.patch(
      HORIZONTAL_POD_AUTOSCALERS,
      key,
      { type: 'merge', body },
      { signal: never, subresource: 'status' },
    );
    await world.clock.advance(100);
    return world.condition('HPAActive');
  };
  const scaling = (status: string, reason = '', message = '') => ({ type: 'ScalingActive', status, reason, message });

  it('says what the HPA says of its metrics, and has no say in Ready', async () => {
    world = await createWorld([aDeployment('worker', 1), aScaledObject('worker')], { worker: 5 });
    expect(world.condition('HPAActive')).toBeUndefined();
    expect(await told([{ type: 'AbleToScale', status: 'True' }])).toBeUndefined();
    expect(await told([scaling('True', 'ValidMetricFound')])).toEqual({
      type: 'HPAActive',
      status: 'True',
      reason: 'HPAActive',
      message: 'the HPA computes recommendations',
    });
    expect(await told([scaling('False', 'ScalingDisabled')])).toMatchObject({
      status: 'True',
      reason: 'ScalingDisabled',
    });
    expect(await told([scaling('False', 'FailedGetExternalMetric', 'no metrics')])).toMatchObject({
      status: 'False',
      reason: 'FailedGetExternalMetric',
      message: 'the HPA says: no metrics',
    });
    expect(await told([scaling('False')])).toMatchObject({ status: 'False', reason: 'HPAMetricsUnavailable' });
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
    expect(await told([])).toMatchObject({ status: 'False', reason: 'HPAMetricsUnavailable' });
  });
});

describe('the status of an object with 256 triggers', () => {
  const triggers = Array.from({ length: 256 }, (_, i) => queue(`${'orders-of-the-region-'.repeat(3)}${i}`));
  const failing = Object.fromEntries(
    triggers.map(({ metadata }) => [
      metadata.queue,
      new SourceUnavailableError(`queue ${metadata.queue}: ${'refused '.repeat(30)}`),
    ]),
  );

  it('stays small, whatever they say', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', { triggers, fallback })], failing);
    expect(world.scaledObject()?.status?.externalMetricNames).toHaveLength(256);
    expect(world.condition('Fallback')?.message?.length).toBeLessThan(4_100);
    expect(JSON.stringify(world.scaledObject()?.status).length).toBeLessThan(128_000);
  });

  it('names some failures and counts the rest', async () => {
    world = await createWorld([aDeployment('worker', 0), aScaledObject('worker', { triggers })], failing);
    const { message = '' } = world.condition('Ready') ?? {};
    expect(message).toContain(triggers[0]?.metadata.queue);
    expect(message).toMatch(/; and 25\d more$/);
    expect(message.length).toBeLessThan(4_100);
  });

  it('names some mistakes and counts the rest', async () => {
    const wrong = triggers.map((trigger) => ({ ...trigger, metadata: {} }));
    const unchecked = { ...aScaledObject('worker'), spec: { ...aScaledObject('worker').spec, triggers: wrong } };
    world = await createWorld([aDeployment('worker', 0), unchecked as unknown as ReturnType<typeof aScaledObject>]);
    const { message = '' } = world.condition('Ready') ?? {};
    expect(message).toContain('triggers[0]');
    expect(message.length).toBeLessThan(4_100);
  });
});
