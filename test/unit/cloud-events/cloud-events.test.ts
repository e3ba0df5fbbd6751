// CloudEventSources at work: who is told of what, and what happens when they change.
import { afterEach, describe, expect, it } from '@jest/globals';
import { cloudEventSources } from '../../../src/api/names.ts';
import { SourceUnavailableError } from '../../../src/errors.ts';
import {
  aClusterSource,
  aSource,
  type CloudEventWorld,
  never,
  resourceOf,
  startCloudEvents,
} from '../../support/cloud-event-world.ts';

const away = new SourceUnavailableError('http sink a: the connection was refused');
let current: CloudEventWorld | undefined;
afterEach(() => current?.stop());
const start = async (...args: Parameters<typeof startCloudEvents>): Promise<CloudEventWorld> =>
  (current = await startCloudEvents(...args));

describe('cloud events', () => {
  it('tell a namespaced source of its namespace, a ClusterCloudEventSource of everything', async () => {
    const world = await start([aSource('a'), aSource('b', {}, 'bank'), aClusterSource('all')]);
    await world.emit('ScaledObjectReady');
    await world.emit('ScaledJobPaused', 'nightly', 'bank');
    await world.emit('ClusterTriggerAuthenticationAdded', 'broker', '');
    await world.emit('KEDAScalersStarted');
    const origin = '/kubernetes-default/keda/keda';
    expect(world.sent.toSorted()).toEqual([
      `a@a id-0 ${origin} /kubernetes-default/shop/scaledobject/orders ScaledObjectReady`,
      `all@all id-0 ${origin} /kubernetes-default/shop/scaledobject/orders ScaledObjectReady`,
      `all@all id-1 ${origin} /kubernetes-default/bank/scaledjob/nightly ScaledJobPaused`,
      `all@all id-2 ${origin} /kubernetes-default//clustertriggerauthentication/broker ClusterTriggerAuthenticationAdded`,
      `b@b id-1 ${origin} /kubernetes-default/bank/scaledjob/nightly ScaledJobPaused`,
    ]);
    expect(world.recorded.map(({ reason }) => reason)).toEqual([
      'ScaledObjectReady',
      'ScaledJobPaused',
      'ClusterTriggerAuthenticationAdded',
      'KEDAScalersStarted',
    ]);
  });

  it('go by each source’s subscription and name of the cluster', async () => {
    const included = { eventSubscription: { includedEventTypes: ['keda.scaledobject.failed.v1'] } };
    const excluded = {
      eventSubscription: { excludedEventTypes: ['keda.scaledobject.failed.v1'] },
      clusterName: 'prod',
    };
    const world = await start([aSource('a', included), aSource('b', excluded)]);
    await world.emit('ScaledObjectReady');
    await world.emit('ScaledObjectCheckFailed');
    expect(
      world.sent.map((line) =>
        line
          .split(' ')
          .filter((_, i) => i !== 1)
          .join(' '),
      ),
    ).toEqual([
      'b@b /prod/keda/keda /prod/shop/scaledobject/orders ScaledObjectReady',
      'a@a /kubernetes-default/keda/keda /kubernetes-default/shop/scaledobject/orders ScaledObjectCheckFailed',
    ]);
  });

  it('that come before the sources are known wait for them', async () => {
    const world = await start([aSource('a')], { early: ['ScaledObjectReady', 'ScaledObjectPaused'] });
    await world.emit('ScaledObjectUnpaused');
    expect(world.sent.map((line) => line.split(' ').at(-1))).toEqual([
      'ScaledObjectReady',
      'ScaledObjectPaused',
      'ScaledObjectUnpaused',
    ]);
  });

  it('do not wait for a kind that nobody lets us list', async () => {
    const world = await start([aSource('a')], {
      early: ['ScaledObjectReady'],
      forbidden: ['clustercloudeventsources'],
    });
    expect(world.sent).toEqual([]);
    await world.clock.advance(30_000);
    expect(world.sent.map((line) => line.split(' ').at(-1))).toEqual(['ScaledObjectReady']);
  });

  it('of one source wait for no other: one that is away holds up nobody', async () => {
    const world = await start([aSource('a'), aSource('b')]);
    world.answers.set('a', away);
    await world.emit('ScaledObjectReady');
    await world.emit('ScaledObjectPaused');
    expect(world.sent.map((line) => line.split(' ').at(-1))).toEqual(['ScaledObjectReady', 'ScaledObjectPaused']);
    expect(world.told.at(-1)).toBe('shop waits 2');
    world.answers.clear();
    await world.clock.advance(60_000);
    expect(world.sent.filter((line) => line.startsWith('a@')).map((line) => line.split(' ').at(-1))).toEqual([
      'ScaledObjectReady',
      'ScaledObjectPaused',
    ]);
    expect(world.told.filter((line) => line.endsWith('emitted'))).toHaveLength(4);
    expect(world.told.at(-1)).toBe('shop waits 0');
  });

  it('follow a source to its new destination, with what has waited for the old one', async () => {
    const world = await start([aSource('a')]);
    world.answers.set('a', away);
    await world.emit('ScaledObjectReady');
    await world.clock.advance(10_000);
    await world.change(aSource('a'), { destination: { http: { uri: 'http://other/' } } });
    expect(world.sent).toEqual([
      expect.stringMatching(/^a closed/),
      expect.stringMatching(/^a@other id-0 .* ScaledObjectReady$/),
    ]);
  });

  it('are not counted any more for a namespace whose last source is gone', async () => {
    const world = await start([aSource('a'), aClusterSource('all')]);
    await world.kube.delete(cloudEventSources, { namespace: 'shop', name: 'a' }, { signal: never });
    await world.clock.advance(100);
    expect(world.told).toContain('shop waits 0');
    world.told.length = 0;
    await world.emit('ScaledObjectReady');
    expect(world.told).toContain('/all http emitted');
    expect(world.told.filter((line) => line.startsWith('shop'))).toEqual([]);
  });

  it('end for a source that is deleted', async () => {
    const world = await start([aSource('a')]);
    await world.kube.delete(cloudEventSources, { namespace: 'shop', name: 'a' }, { signal: never });
    await world.clock.advance(100);
    await world.emit('ScaledObjectReady');
    expect(world.sent).toEqual(['a closed']);
  });

  it('are tried once more at the end, and those that are lost are told of', async () => {
    const world = await start([aSource('a'), aSource('b')]);
    world.answers.set('a', away).set('b', away);
    await world.emit('ScaledObjectReady');
    world.answers.delete('a');
    await world.stop();
    expect(world.sent).toContainEqual(expect.stringMatching(/^a@a .*ScaledObjectReady$/));
    expect(world.told).toContain('shop/b http failed');
    expect(world.log.told()).toContain('warn CloudEvents are lost at shutdown');
  });

  it('cost nothing where the API server knows no such kind, and begin when it does', async () => {
    const world = await start([aSource('a')], { served: [] });
    await world.emit('ScaledObjectReady');
    await world.clock.advance(300_000);
    expect(world.log.told()).toEqual([]);
    expect(world.kube.history).toEqual([]);
    world.served = ['CloudEventSource'];
    await world.clock.advance(61_000);
    await world.emit('ScaledObjectPaused');
    expect(world.sent).toEqual([expect.stringMatching(/^a@a .*ScaledObjectPaused$/)]);
  });
});

it.each([
  ['CloudEventSource', aSource('a')],
  ['ClusterCloudEventSource', aClusterSource('a')],
])('a %s that KEDA left its finalizer on can be deleted', async (_, object) => {
  const { namespace, name } = object.metadata;
  const held = { ...object, metadata: { ...object.metadata, finalizers: ['finalizer.keda.sh'] } };
  const world = await start([held]);
  await world.kube.delete(resourceOf(object), { namespace, name }, { signal: never });
  await world.clock.advance(100);
  expect(world.kube.peek(resourceOf(object), { namespace, name })).toBeUndefined();
  expect(world.sent).toEqual(['a closed']);
});
