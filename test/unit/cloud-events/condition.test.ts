// What the condition Active of a CloudEventSource says, and who writes it when.
import { afterEach, describe, expect, it } from '@jest/globals';
import { cloudEventSources, clusterCloudEventSources } from '../../../src/api/names.ts';
import { AuthError, KubeError, SourceUnavailableError } from '../../../src/errors.ts';
import {
  aClusterSource,
  aSource,
  type CloudEventWorld,
  never,
  startCloudEvents,
  statusWrites,
} from '../../support/cloud-event-world.ts';

const away = new SourceUnavailableError('http sink a: the connection was refused');
let current: CloudEventWorld | undefined;
afterEach(() => current?.stop());
const start = async (...args: Parameters<typeof startCloudEvents>): Promise<CloudEventWorld> =>
  (current = await startCloudEvents(...args));

describe('the condition Active', () => {
  it('is written once when the source is understood, and not again while all is well', async () => {
    const world = await start([aSource('a'), aClusterSource('all')]);
    expect([world.active(aSource('a')), world.active(aClusterSource('all'))]).toEqual([
      'True CloudEventSourceActive: events go to http sink a',
      'True CloudEventSourceActive: events go to http sink all',
    ]);
    for (let i = 0; i < 20; i++) await world.emit('ScaledObjectReady');
    await world.clock.advance(3_600_000);
    expect(statusWrites(world)).toBe(2);
  });

  it('turns False when the retries are used up, and True by itself when the source is back', async () => {
    const world = await start([aSource('a')]);
    world.answers.set('a', away);
    await world.emit('ScaledObjectReady');
    await world.clock.advance(5_000);
    expect(world.active(aSource('a'))).toMatch(/^True/);
    await world.clock.advance(60_000);
    expect(world.active(aSource('a'))).toBe('False CloudEventSourceFailed: http sink a: the connection was refused');
    const writes = statusWrites(world);
    await world.clock.advance(1_000_000);
    expect(statusWrites(world)).toBe(writes);
    world.answers.clear();
    await world.clock.advance(60_000);
    expect(world.active(aSource('a'))).toMatch(/^True CloudEventSourceActive/);
    expect(world.log.told()).toContain('info CloudEvents are delivered again');
  });

  it('says at once what is missing, and that it is there', async () => {
    const world = await start();
    world.troubles.set('a', new AuthError('Event Grid topic: Secret "shop/grid" does not exist'));
    await world.create(aSource('a'));
    expect(world.active(aSource('a'))).toBe(
      'False CloudEventSourceFailed: Event Grid topic: Secret "shop/grid" does not exist',
    );
    world.troubles.clear();
    await world.clock.advance(60_000);
    expect(world.active(aSource('a'))).toMatch(/^True/);
  });

  it.each([
    ['does not parse', { destination: 'http' }, /expected a mapping/],
    ['can never work', { destination: { http: null } }, /spec.destination: is empty/],
  ])('says what is wrong with a definition that %s, and recovers with it', async (_, spec, message) => {
    const world = await start([aSource('a')]);
    await world.change(aSource('a'), spec);
    expect(world.active(aSource('a'))).toMatch(/^False CloudEventSourceFailed/);
    expect(world.active(aSource('a'))).toMatch(message);
    await world.change(aSource('a'), { destination: { http: { uri: 'http://b/' } } });
    expect(world.active(aSource('a'))).toBe('True CloudEventSourceActive: events go to http sink b');
    await world.emit('ScaledObjectReady');
    expect(world.sent.at(-1)).toMatch(/^a@b .*ScaledObjectReady$/);
  });

  it('is written by the replica that owns the source, and by any whose deliveries show something else', async () => {
    const world = await start([aSource('a')], { owns: false });
    expect(world.active(aSource('a'))).toBeUndefined();
    world.answers.set('a', away);
    await world.emit('ScaledObjectReady');
    await world.clock.advance(60_000);
    expect(world.active(aSource('a'))).toMatch(/^False/);
    // Another replica has got through.
    const active = { type: 'Active', status: 'True', reason: 'CloudEventSourceActive', message: 'fine there' };
    const body = { status: { conditions: [active] } };
    await world.kube.patch(
      cloudEventSources,
      { namespace: 'shop', name: 'a' },
      { type: 'merge', body },
      { signal: never, subresource: 'status' },
    );
    await world.clock.advance(1);
    expect(world.active(aSource('a'))).toBe('True CloudEventSourceActive: fine there');
  });

  it('is written by whoever the source passes to', async () => {
    const world = await start([aSource('a')], { owns: false });
    world.owns = true;
    world.moved();
    await world.clock.advance(10);
    expect(world.active(aSource('a'))).toMatch(/^True/);
  });

  it('that says False from before is believed until something is delivered', async () => {
    const failed = { type: 'Active', status: 'False', reason: 'CloudEventSourceFailed', message: 'was away' };
    const world = await start([Object.assign(aSource('a'), { status: { conditions: [failed] } })]);
    expect(statusWrites(world)).toBe(0);
    await world.emit('ScaledObjectReady');
    expect(world.active(aSource('a'))).toMatch(/^True/);
  });

  it('is tried again when the API server did not take it', async () => {
    const world = await start();
    world.kube.intercept = ({ subresource }) => {
      if (subresource === 'status') throw new KubeError('no', { code: 'KUBE_FORBIDDEN', retry: 'backoff' });
    };
    await world.create(aSource('a'));
    expect(world.active(aSource('a'))).toBeUndefined();
    world.kube.intercept = () => {};
    await world.clock.advance(31_000);
    expect(world.active(aSource('a'))).toMatch(/^True/);
  });

  it('of a ClusterCloudEventSource is left alone by whoever serves a part of the namespaces', async () => {
    const finalizers = ['finalizer.keda.sh'];
    const world = await start([aClusterSource('all')], { namespaces: ['shop'] });
    await world.emit('ScaledObjectReady');
    expect(world.sent).toHaveLength(1);
    const body = { metadata: { finalizers } };
    await world.kube.patch(clusterCloudEventSources, { name: 'all' }, { type: 'merge', body }, { signal: never });
    world.kube.history.length = 0;
    await world.kube.delete(clusterCloudEventSources, { name: 'all' }, { signal: never });
    await world.clock.advance(60_000);
    expect(world.kube.writes()).toHaveLength(1);
  });
});
