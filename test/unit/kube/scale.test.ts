import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/async.ts';
import type { Connection } from '../../../src/kube/connection.ts';
import { createKubeClient } from '../../../src/kube/http-client.ts';
import { DEPLOYMENTS } from '../../../src/kube/resources.ts';
import { readScale, writeScale } from '../../../src/kube/scale.ts';
import { silentLogger } from '../../../src/log.ts';
import { plainConnection } from '../../support/kube-connection.ts';
import { type KubeStub, startKubeStub } from '../../support/kube-stub.ts';

const key = { namespace: 'shop', name: 'web' };
const { signal } = new AbortController();
let stub: KubeStub;
let connection: Connection;

beforeEach(async () => {
  stub = await startKubeStub();
  connection = plainConnection(stub.url);
});
afterEach(async () => {
  await connection.close();
  await stub.close();
});
const aClient = (): ReturnType<typeof createKubeClient> =>
  createKubeClient(connection, { clock: systemClock, log: silentLogger, userAgent: 'sluice/test' });

describe('src/kube/scale', () => {
  it('reads what is wanted, what there is, and the selector', async () => {
    stub.serve('/apis/apps/v1/namespaces/shop/deployments/web/scale', {
      metadata: { ...key, resourceVersion: '7', uid: 'u' },
      spec: { replicas: 3 },
      status: { replicas: 2, selector: 'app=web' },
    });
    const scale = { replicas: 3, currentReplicas: 2, selector: 'app=web', resourceVersion: '7', uid: 'u' };
    expect(await readScale(aClient(), DEPLOYMENTS, key, signal)).toEqual(scale);
  });

  it('reads an object that says nothing as zero', async () => {
    stub.serve('/apis/apps/v1/namespaces/shop/deployments/web/scale', { metadata: { ...key, resourceVersion: '7' } });
    expect(await readScale(aClient(), DEPLOYMENTS, key, signal)).toMatchObject({ replicas: 0, currentReplicas: 0 });
  });

  it.each<[string, { replicas: number; resourceVersion?: string }, object]>([
    ['as it is', { replicas: 5 }, {}],
    ['only if nobody wrote since', { replicas: 0, resourceVersion: '7' }, { resourceVersion: '7' }],
  ])('writes replicas %s', async (_, wanted, metadata) => {
    stub.serve('/apis/apps/v1/namespaces/shop/deployments/web/scale', { metadata: key, spec: { replicas: 5 } });
    await writeScale(aClient(), DEPLOYMENTS, key, wanted, signal);
    expect(stub.requests[0]).toMatchObject({
      method: 'PATCH',
      body: { metadata, spec: { replicas: wanted.replicas } },
    });
    expect(stub.requests[0]!.headers['content-type']).toBe('application/merge-patch+json');
  });

  it('reports a lost race as a conflict', async () => {
    stub.fail({ status: 409, reason: 'Conflict' });
    const write = writeScale(aClient(), DEPLOYMENTS, key, { replicas: 0, resourceVersion: '7' }, signal);
    await expect(write).rejects.toMatchObject({ code: 'KUBE_CONFLICT', retry: 'now' });
  });
});
