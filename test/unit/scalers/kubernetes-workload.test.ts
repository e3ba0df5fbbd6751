import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PODS } from '../../../src/kube/resources.ts';
import { createSourcePool } from '../../../src/scalers/sources.ts';
import { aPod, type ClusterTriggers, createClusterTriggers } from '../../support/cluster-triggers.ts';
import { polled, problems, warningsOf } from '../../support/written-trigger.ts';

const never = new AbortController().signal;
const metadata = { podSelector: 'app=web', value: '2' };

describe('the parameters of kubernetes-workload', () => {
  it('make a metric that is named as in KEDA, by the namespace alone', () => {
    const all = { ...metadata, activationValue: '1.5', value: '0.5' };
    expect(polled('kubernetes-workload', { metadata: all }).metric).toEqual({
      name: 'workload-shop',
      target: 0.5,
      activation: 1.5,
      type: 'AverageValue',
    });
    expect(polled('kubernetes-workload', { metadata, metricType: 'Value' }).metric).toMatchObject({
      activation: 0,
      type: 'Value',
    });
  });

  it.each(['0', '-1', '0.0001'])('may have any value, such as %s, where a formula computes the metric', (value) => {
    const written = { metadata: { podSelector: 'app=web', value } };
    expect(() => polled('kubernetes-workload', written)).toThrow('value: expected at least 0.001');
    expect(polled('kubernetes-workload', { ...written, inFormula: true }).metric).toMatchObject({ target: 1 });
  });

  it('need no value where a formula computes the metric', () => {
    expect(
      polled('kubernetes-workload', { metadata: { podSelector: 'app=web' }, inFormula: true }).metric,
    ).toMatchObject({
      name: 'workload-shop',
    });
  });

  it('share a source with other triggers of the namespace, and with none of another', () => {
    const [one, two] = ['app=web', 'app=api'].map((podSelector) =>
      polled('kubernetes-workload', { metadata: { ...metadata, podSelector } }),
    );
    expect(one?.sourceId).toBe('pods:shop');
    expect(two?.sourceId).toBe('pods:shop');
  });

  it.each([
    [{ podSelector: '' }, ['podSelector: is required: set metadata.podSelector']],
    [{ value: '' }, ['value: is required: set metadata.value']],
    [{ value: '0' }, ['value: expected at least 0.001']],
    [{ value: '-1' }, ['value: expected at least 0.001']],
    [{ value: '0.0004' }, ['value: expected at least 0.001']],
    [{ value: 'two' }, ['value: expected a number such as 2.5, found "two"']],
    [{ activationValue: '1.' }, ['activationValue: expected a number such as 2.5, found "1."']],
    [{ groupByNode: 'yes' }, ['groupByNode: expected true or false, found "yes"']],
    [
      { podSelector: 'app in web' },
      [
        'podSelector: expected a label selector such as app=web: expected an opening bracket after in or notin, found "web"',
      ],
    ],
  ])('%j are refused', (change, expected) =>
    expect(problems('kubernetes-workload', { metadata: { ...metadata, ...change } })).toEqual(expected),
  );

  it('report a namespace, which KEDA does not read either', () => {
    expect(warningsOf('kubernetes-workload', { metadata: { ...metadata, namespace: 'web' } })).toEqual([
      'namespace: is unknown and has no effect',
    ]);
  });
});

describe('kubernetes-workload', () => {
  let world: ClusterTriggers;
  beforeEach(async () => {
    world = createClusterTriggers();
    const pods = [
      aPod('a', { app: 'web' }, 'Running', 'n1'),
      aPod('b', { app: 'web' }, 'Running', 'n1'),
      aPod('c', { app: 'web' }, 'Pending'),
      aPod('d', { app: 'web' }, 'Unknown', 'n2'),
      aPod('e', { app: 'web' }, 'Succeeded', 'n3'),
      aPod('f', { app: 'web' }, 'Failed', 'n3'),
      aPod('g', { app: 'api' }, 'Running', 'n4'),
    ];
    for (const pod of pods) await world.kube.create(PODS, pod, { signal: never });
  });
  afterEach(() => world.stop());

  it.each([
    [{}, 4],
    [{ groupByNode: 'true' }, 2],
    [{ podSelector: 'app' }, 5],
    [{ podSelector: 'app!=web' }, 1],
    [{ podSelector: 'app=none' }, 0],
  ])('with %j reads %d', async (change, value) => {
    const scaler = await world.connect('kubernetes-workload', { ...metadata, ...change });
    expect(await scaler.read(never)).toEqual({ value });
    await scaler.close();
  });

  it('asks the API server once for all triggers of a namespace, and for none of their reads', async () => {
    const scalers = await Promise.all(
      ['app=web', 'app=api', 'app'].map((podSelector) =>
        world.connect('kubernetes-workload', { ...metadata, podSelector }),
      ),
    );
    for (let i = 0; i < 5; i++) await Promise.all(scalers.map((scaler) => scaler.read(never)));
    expect(world.kube.history.map(({ verb }) => verb).filter((verb) => verb !== 'create')).toEqual(['list', 'watch']);
    expect(world.sources()).toBe(1);
    for (const scaler of scalers) await scaler.close();
    await world.clock.advance(10_000);
    expect(world.sources()).toBe(0);
  });

  it('knows of a pod that comes or goes before it is asked, and wakes', async () => {
    const scaler = await world.connect('kubernetes-workload', metadata);
    const stop = new AbortController();
    let woken = 0;
    const watching = scaler.watch?.(() => woken++, stop.signal);
    await world.kube.create(PODS, aPod('new', { app: 'web' }, 'Pending'), { signal: never });
    await world.kube.create(PODS, aPod('other', { app: 'api' }, 'Pending'), { signal: never });
    await world.clock.advance(0);
    expect([await scaler.read(never), woken]).toEqual([{ value: 5 }, 1]);
    await world.kube.delete(PODS, { namespace: 'shop', name: 'c' }, { signal: never });
    await world.clock.advance(0);
    expect([await scaler.read(never), woken]).toEqual([{ value: 4 }, 2]);
    stop.abort();
    await watching;
    await scaler.close();
  });

  it('does not answer without a cluster', async () => {
    const clients = createSourcePool({ clock: world.clock });
    await expect(
      polled('kubernetes-workload', { metadata }).connect({ clients, clock: world.clock }),
    ).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});
