import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/async.ts';
import type { Connection } from '../../../src/kube/connection.ts';
import { createDiscovery, type Discovery } from '../../../src/kube/discovery.ts';
import { createKubeClient } from '../../../src/kube/http-client.ts';
import { silentLogger } from '../../../src/log.ts';
import { createFakeClock, type FakeClock } from '../../support/clock.ts';
import { plainConnection } from '../../support/kube-connection.ts';
import { type KubeStub, startKubeStub } from '../../support/kube-stub.ts';

const ROLLOUT = { group: 'example.com', version: 'v1', kind: 'Rollout' };
const rollouts = {
  kind: 'APIResourceList',
  groupVersion: 'example.com/v1',
  resources: [
    { name: 'rollouts', kind: 'Rollout', namespaced: true, verbs: ['get'] },
    { name: 'rollouts/scale', kind: 'Scale', namespaced: true, verbs: ['get'] },
    { name: 'regions', kind: 'Region', namespaced: false, verbs: ['get'] },
  ],
};

let stub: KubeStub;
let connection: Connection;
let clock: FakeClock;
let discovery: Discovery;
const { signal } = new AbortController();

beforeEach(async () => {
  stub = await startKubeStub();
  connection = plainConnection(stub.url);
  clock = createFakeClock();
  const client = createKubeClient(connection, { clock: systemClock, log: silentLogger, userAgent: 'sluice/test' });
  discovery = createDiscovery({ client, clock });
});
afterEach(async () => {
  await connection.close();
  await stub.close();
});

describe('src/kube/discovery', () => {
  it('finds the resource of a kind and whether it can be scaled, with one request for all of a group', async () => {
    stub.serve('/apis/example.com/v1', rollouts);
    const [rollout, region] = await Promise.all([
      discovery.resourceOf(ROLLOUT, signal),
      discovery.resourceOf({ ...ROLLOUT, kind: 'Region' }, signal),
    ]);
    expect(rollout).toEqual({ ...ROLLOUT, plural: 'rollouts', namespaced: true, scalable: true });
    expect(region).toMatchObject({ plural: 'regions', namespaced: false, scalable: false });
    expect(stub.requests).toHaveLength(1);
  });

  it('says what to do about a kind that is not served', async () => {
    await expect(discovery.resourceOf(ROLLOUT, signal)).rejects.toMatchObject({
      code: 'KUBE_NOT_FOUND',
      reason: 'KindNotServed',
      message:
        'the API server serves no kind "Rollout" in apiVersion "example.com/v1": correct the name, or install the CRD that defines it',
    });
  });

  it('looks for a missing kind again after 30 s, not before', async () => {
    await expect(discovery.resourceOf(ROLLOUT, signal)).rejects.toThrow('serves no kind');
    stub.serve('/apis/example.com/v1', rollouts);
    await expect(discovery.resourceOf(ROLLOUT, signal)).rejects.toThrow('serves no kind');
    expect(stub.requests).toHaveLength(1);
    await clock.advance(30_000);
    await expect(discovery.resourceOf(ROLLOUT, signal)).resolves.toMatchObject({ plural: 'rollouts' });
  });

  it('looks for a missing kind again when the clock was set back', async () => {
    await expect(discovery.resourceOf(ROLLOUT, signal)).rejects.toThrow();
    clock.set(clock.now() - 3_600_000);
    stub.serve('/apis/example.com/v1', rollouts);
    expect(await discovery.resourceOf(ROLLOUT, signal)).toMatchObject({ plural: 'rollouts' });
  });

  it('does not remember a failure to ask', async () => {
    stub.serve('/apis/example.com/v1', rollouts);
    stub.fail({ status: 403 });
    await expect(discovery.resourceOf(ROLLOUT, signal)).rejects.toMatchObject({ code: 'KUBE_FORBIDDEN' });
    await expect(discovery.resourceOf(ROLLOUT, signal)).resolves.toMatchObject({ plural: 'rollouts' });
  });
});
