// The HPA is what the ScaledObject says, whoever else writes to it: what differs is put right, and what is right is not written again.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { annotations, labels, scaledObjects } from '../../src/api/names.ts';
import type { Hpa } from '../../src/controller/hpa.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { HORIZONTAL_POD_AUTOSCALERS } from '../../src/kube/resources.ts';
import { eventually } from '../support/eventually.ts';
import { aScaledWorker, brokerAccess, type WorkerOptions } from '../support/queue-worker.ts';
import { startWorld, type World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await world.apply(...brokerAccess(world.broker.connectionString()));
});
afterAll(() => world.stop());

const hpaOf = async (name: string): Promise<Hpa> => {
  const hpa = await world.hpa(`keda-hpa-${name}`);
  if (!hpa) throw new Error(`${name} has no HPA`);
  return hpa;
};
async function settled(name: string, options: WorkerOptions = {}): Promise<Hpa> {
  world.broker.createQueue(name);
  await world.apply(...aScaledWorker(name, options));
  await eventually('it has its HPA', async () => (await world.condition(name, 'Ready')).status === 'True');
  return hpaOf(name);
}
const byHand = (name: string, body: unknown): Promise<void> =>
  world.change(HORIZONTAL_POD_AUTOSCALERS, `keda-hpa-${name}`, body);
const wait = { scaleDown: { stabilizationWindowSeconds: 60 } };
const withBehavior = (behavior: object): WorkerOptions => ({
  spec: { advanced: { horizontalPodAutoscalerConfig: { behavior } } },
});

describe('an HPA that somebody changes by hand', () => {
  it.each<[string, WorkerOptions, object]>([
    ['bounds', {}, { spec: { minReplicas: 4, maxReplicas: 5 } }],
    ['target', {}, { spec: { scaleTargetRef: { name: 'another' } } }],
    [
      'metrics',
      {},
      {
        spec: {
          metrics: [
            { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
          ],
        },
      },
    ],
    ['behavior', withBehavior(wait), { spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 5 } } } }],
    [
      'policies',
      withBehavior(wait),
      { spec: { behavior: { scaleUp: { policies: [{ type: 'Pods', value: 1, periodSeconds: 600 }] } } } },
    ],
    ['unwanted-behavior', {}, { spec: { behavior: { scaleUp: { selectPolicy: 'Disabled' } } } }],
    ['no-behavior', withBehavior(wait), { spec: { behavior: null } }],
    ['labels', {}, { metadata: { labels: { [labels.appPartOf]: 'somebody-else' } } }],
    ['annotations', { annotations: { team: 'blue' } }, { metadata: { annotations: { team: 'red' } } }],
    ['owner', {}, { metadata: { ownerReferences: null } }],
  ])('gets its %s back', async (name, options, change) => {
    const { spec, metadata } = await settled(name, options);
    await byHand(name, change);
    await eventually('it is as it was', async () => {
      const now = await hpaOf(name);
      expect(meaning(now.spec)).toEqual(meaning(spec));
      expect(now.metadata.labels).toEqual(metadata.labels);
      expect(now.metadata.annotations).toEqual(metadata.annotations);
      expect(now.metadata.ownerReferences).toEqual(metadata.ownerReferences);
    });
    const since = world.cluster.requests.length;
    await world.looks(name, 1);
    expect(hpaWrites(name, since)).toEqual([]);
  });

  it('comes back when it is deleted', async () => {
    const { spec } = await settled('deleted');
    await world.remove(HORIZONTAL_POD_AUTOSCALERS, 'keda-hpa-deleted');
    await eventually('it is back', async () => expect((await hpaOf('deleted')).spec).toEqual(spec));
  });
});

describe('an HPA that was there before', () => {
  it('is left alone until the ScaledObject is told to take it, and is then as the ScaledObject says', async () => {
    world.broker.createQueue('taken');
    const theirs = {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'theirs', labels: { theirs: 'yes' } },
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'elsewhere' },
        minReplicas: 2,
        maxReplicas: 3,
        metrics: [
          { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        ],
        behavior: { scaleDown: { selectPolicy: 'Disabled' } },
      },
    } as KubeObject;
    const advanced = { horizontalPodAutoscalerConfig: { name: 'theirs' } };
    await world.apply(theirs, ...aScaledWorker('taken', { spec: { advanced } }));
    await eventually('it is refused', async () => {
      expect(await world.condition('taken', 'Ready')).toMatchObject({
        status: 'False',
        reason: 'ScaledObjectCheckFailed',
        message: expect.stringContaining('HorizontalPodAutoscaler "theirs" exists already'),
      });
    });
    expect((await world.hpa('theirs'))?.spec.scaleTargetRef.name).toBe('elsewhere');
    await world.change(scaledObjects, 'taken', {
      metadata: { annotations: { [annotations.transferHpaOwnership]: 'true' } },
    });
    await eventually('it is taken', async () => {
      const hpa = await world.hpa('theirs');
      expect(hpa).toMatchObject({
        metadata: { ownerReferences: [{ kind: 'ScaledObject', name: 'taken' }] },
        spec: { scaleTargetRef: { name: 'taken' }, minReplicas: 1, maxReplicas: 10, metrics: [{ type: 'External' }] },
      });
      expect(hpa?.spec.behavior?.scaleDown?.selectPolicy).not.toBe('Disabled');
    });
    await eventually('it is in order', async () => (await world.condition('taken', 'Ready')).status === 'True');
  });
});

describe('an HPA whose ScaledObject changes', () => {
  it('has the behavior of before when a pause of one direction is over', async () => {
    for (const [name, options] of [
      ['unpaused', {}],
      ['unpaused-with', withBehavior(wait)],
    ] as const) {
      const { spec } = await settled(name, options);
      const annotate = (value: string | null): Promise<void> =>
        world.change(scaledObjects, name, { metadata: { annotations: { [annotations.pausedScaleIn]: value } } });
      await annotate('true');
      await eventually('scaling in is paused', async () => {
        expect((await hpaOf(name)).spec.behavior).toMatchObject({ scaleDown: { selectPolicy: 'Disabled' } });
      });
      await annotate(null);
      await eventually('it is as before', async () => {
        expect(meaning((await hpaOf(name)).spec)).toEqual(meaning(spec));
      });
    }
  });

  it('takes labels and annotations that come, loses those that go, and never has the excluded ones', async () => {
    const excluded = { [annotations.hpaExcludedLabels]: 'secret-team,other' };
    await settled('labelled', {
      labels: { team: 'blue', 'secret-team': 'x' },
      annotations: { note: 'a', ...excluded },
    });
    const has = (expected: object, without: readonly string[]) =>
      eventually('the HPA follows', async () => {
        const { metadata } = await hpaOf('labelled');
        expect(metadata).toMatchObject(expected);
        for (const name of without) {
          expect(metadata.labels).not.toHaveProperty([name]);
          expect(metadata.annotations).not.toHaveProperty([name]);
        }
      });
    await has({ labels: { team: 'blue' }, annotations: { note: 'a' } }, ['secret-team']);
    await world.change(scaledObjects, 'labelled', {
      metadata: { labels: { team: null, tier: 'gold' }, annotations: { note: null, word: 'b' } },
    });
    await has({ labels: { tier: 'gold' }, annotations: { word: 'b' } }, ['team', 'note', 'secret-team']);
    await world.change(scaledObjects, 'labelled', {
      metadata: { annotations: { [annotations.hpaExcludedLabels]: 'tier' } },
    });
    await has({ labels: { 'secret-team': 'x' } }, ['tier']);
  });

  it('is not written again because the API server fills in what a behavior leaves out', async () => {
    await settled('partial', withBehavior({ scaleUp: { tolerance: '50m' }, ...wait }));
    await eventually('it has settled', async () => {
      const before = world.cluster.requests.length;
      await world.looks('partial', 2);
      return hpaWrites('partial', before).length === 0;
    });
    const since = world.cluster.requests.length;
    await world.change(scaledObjects, 'partial', { spec: { cooldownPeriod: 2 } });
    await world.looks('partial', 3);
    expect(hpaWrites('partial', since)).toEqual([]);
  });

  it('has its name label back when somebody takes it from the object', async () => {
    await settled('unnamed');
    await world.change(scaledObjects, 'unnamed', { metadata: { labels: { [labels.scaledObjectName]: null } } });
    await eventually('the label is back', async () => {
      expect((await world.scaledObject('unnamed')).metadata.labels).toEqual({ [labels.scaledObjectName]: 'unnamed' });
    });
  });
});

function hpaWrites(name: string, since: number): readonly string[] {
  return world.writes(since).filter((write) => write.includes(`horizontalpodautoscalers/keda-hpa-${name}`));
}

/** Kubernetes fills in the defaults of a `behavior` once there is one, and leaves them when it goes: both mean the same. */
function meaning({ behavior, ...rest }: Hpa['spec']): unknown {
  const policies = (max: boolean): readonly object[] => [
    ...(max ? [{ type: 'Pods', value: 4, periodSeconds: 15 }] : []),
    { type: 'Percent', value: 100, periodSeconds: 15 },
  ];
  return {
    ...rest,
    scaleUp: { stabilizationWindowSeconds: 0, selectPolicy: 'Max', policies: policies(true), ...behavior?.scaleUp },
    scaleDown: { selectPolicy: 'Max', policies: policies(false), ...behavior?.scaleDown },
  };
}
