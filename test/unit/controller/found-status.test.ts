// A status that something else wrote: KEDA, an older version, a hand, or an accident. It must never keep the object from working.
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ScaledObject } from '../../../src/api/scaled-object.ts';
import { aDeployment, aScaledObject, createWorld, type World } from '../../support/controller-world.ts';

let world: World;
afterEach(() => world.stop());

const spec = { cooldownPeriod: 100, pollingInterval: 10 };
const METRIC = 's0-queue-worker';
const found = (status: unknown, over: Partial<ScaledObject['spec']> = {}): ScaledObject =>
  ({ ...aScaledObject('worker', { ...spec, ...over }), status }) as ScaledObject;

describe('a status that somebody else wrote', () => {
  it.each<[string, unknown]>([
    ['is no mapping', 'text'],
    ['is a list', []],
    ['is empty', {}],
    ['has conditions that are text', { conditions: 'Ready' }],
    ['has conditions of other shapes', { conditions: [null, 5, { type: 'Ready' }, { status: 'True' }] }],
    [
      'has a condition twice',
      {
        conditions: [
          { type: 'Ready', status: 'False' },
          { type: 'Ready', status: 'True' },
        ],
      },
    ],
    ['has counters that are text', { health: { [METRIC]: { numberOfFailures: 'many', status: 5 }, gone: 'x' } }],
    ['has health that is a number', { health: 5 }],
    ['has activity of metrics that are gone', { triggersActivity: { 's9-gone': { isActive: true } } }],
    ['has activity that is text', { triggersActivity: { [METRIC]: 'yes' } }],
    ['has names that are numbers', { externalMetricNames: [1, 2], hpaName: 7, triggersTypes: [] }],
    ['has an original size that is text', { originalReplicaCount: 'three' }],
    ['has half a resource', { scaleTargetGVKR: { group: 'apps' }, scaleTargetKind: {} }],
    ['has a paused size of former times', { pausedReplicaCount: 4 }],
    ['has the fields of another version', { observedGeneration: 3, somethingNew: { a: 1 } }],
  ])('%s', async (_what, status) => {
    world = await createWorld([aDeployment('worker', 0), found(status)], { worker: 42 });
    await world.clock.advance(30_000);
    expect(world.replicas()).toBe(9);
    expect(world.condition('Ready')).toMatchObject({ status: 'True', reason: 'ScaledObjectReady' });
    expect(world.scaledObject()?.status).toMatchObject({
      conditions: ['Ready', 'Active', 'Fallback', 'Paused'].map((type) => ({ type })),
      externalMetricNames: [METRIC],
      hpaName: 'keda-hpa-worker',
      originalReplicaCount: 0,
      scaleTargetGVKR: { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments' },
      scaleTargetKind: 'apps/v1.Deployment',
      triggersActivity: { [METRIC]: { isActive: true } },
      triggersTypes: 'queue',
    });
    expect(Object.keys(world.scaledObject()?.status?.triggersActivity ?? {})).toEqual([METRIC]);
    expect(world.scaledObject()?.status).not.toHaveProperty('health');
    expect(world.scaledObject()?.status).not.toHaveProperty('pausedReplicaCount');
    world.kube.history.length = 0;
    await world.clock.advance(25_000);
    expect(world.kube.writes()).toEqual([]);
  });

  it('is KEDA’s own: what is said of former times goes on, what is out of date goes away', async () => {
    const status = {
      scaleTargetKind: 'apps/v1.Deployment',
      scaleTargetGVKR: { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments' },
      originalReplicaCount: 6,
      lastActiveTime: '2025-12-31T23:59:00Z',
      externalMetricNames: [METRIC, 's1-cron-gone'],
      resourceMetricNames: ['cpu'],
      compositeScalerName: 'composite-metric',
      conditions: [
        { type: 'Ready', status: 'True', reason: 'ScaledObjectReady', message: 'ScaledObject is ready for scaling' },
        { type: 'Active', status: 'False', reason: 'ScalerCooldown', message: 'Scaler cooling down' },
        { type: 'Fallback', status: 'False', reason: 'NoFallbackFound', message: 'No fallbacks are active' },
        { type: 'Paused', status: 'False', reason: 'ScaledObjectUnpaused', message: 'pause annotation removed' },
        { type: 'HPAActive', status: 'True', reason: 'HPAActive', message: 'HPA is active' },
      ],
      health: {
        [METRIC]: { numberOfFailures: 2, status: 'Failing' },
        's1-cron-gone': { numberOfFailures: 0, status: 'Happy' },
      },
      triggersActivity: { [METRIC]: { isActive: false }, 's1-cron-gone': { isActive: true } },
      hpaName: 'keda-hpa-worker',
      triggersTypes: 'queue,cron',
      authenticationsTypes: 'gone',
    };
    world = await createWorld([aDeployment('worker', 3), found(status)]);
    // The cooldown of 100 s began a minute before.
    await world.clock.advance(30_000);
    expect(world.replicas()).toBe(3);
    await world.clock.advance(20_000);
    expect(world.replicas()).toBe(0);
    const { conditions, ...rest } = world.scaledObject()?.status ?? {};
    expect(rest).toEqual({
      scaleTargetKind: 'apps/v1.Deployment',
      scaleTargetGVKR: { group: 'apps', version: 'v1', kind: 'Deployment', resource: 'deployments' },
      originalReplicaCount: 6,
      lastActiveTime: '2025-12-31T23:59:00Z',
      externalMetricNames: [METRIC],
      triggersActivity: { [METRIC]: { isActive: false } },
      hpaName: 'keda-hpa-worker',
      triggersTypes: 'queue',
    });
    expect(conditions?.map(({ type, status: value }) => [type, value])).toEqual([
      ['Ready', 'True'],
      ['Active', 'False'],
      ['Fallback', 'False'],
      ['Paused', 'False'],
      ['HPAActive', 'True'],
    ]);
  });

  it('is told of nothing but its own mistakes when the object cannot be read at all', async () => {
    const object = { ...found({ conditions: 'Ready' }), spec: { triggers: 'none' } };
    world = await createWorld([aDeployment('worker', 0), object as unknown as ScaledObject]);
    expect(world.condition('Ready')).toMatchObject({ status: 'False', reason: 'ScaledObjectCheckFailed' });
  });

  it.each<[string, unknown]>([
    ['that cannot be read', 'yesterday'],
    ['that is a number', 12],
    ['of KEDA, with an offset', '2026-01-01T02:00:00+02:00'],
    ['in the future', '2026-01-02T00:00:00Z'],
  ])('counts a last activity %s as now, and begins no cooldown anew after that', async (_what, lastActiveTime) => {
    world = await createWorld([aDeployment('worker', 3), found({ lastActiveTime })]);
    await world.clock.advance(80_000);
    expect(world.replicas()).toBe(3);
    await world.restart();
    await world.clock.advance(15_000);
    expect(world.replicas()).toBe(3);
    await world.clock.advance(10_000);
    expect(world.replicas()).toBe(0);
  });

  it('keeps what it can read of one that is partly wrong', async () => {
    const status = { originalReplicaCount: 5, lastActiveTime: '2026-01-01T00:00:00Z', health: 5, hpaName: [] };
    world = await createWorld([aDeployment('worker', 3), found(status)]);
    await world.clock.advance(20_000);
    expect(world.scaledObject()?.status).toMatchObject({ originalReplicaCount: 5, hpaName: 'keda-hpa-worker' });
    expect(world.condition('Active')).toMatchObject({ reason: 'ScalerCooldown' });
  });

  it('leaves conditions alone that are not its own', async () => {
    const theirs = { type: 'Approved', status: 'True', reason: 'Review', message: 'by the platform team' };
    world = await createWorld([aDeployment('worker', 0), found({ conditions: [theirs] })]);
    await world.clock.advance(20_000);
    expect(world.condition('Approved')).toEqual(theirs);
    expect(world.condition('Ready')).toMatchObject({ status: 'True' });
  });
});
