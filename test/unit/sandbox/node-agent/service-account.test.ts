import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { silentLogger } from '../../../../src/log.ts';
import type { Pod } from '../../../../src/sandbox/node-agent/pod.ts';
import {
  accountVariables,
  createTokenReader,
  keepTokensFresh,
  SERVICE_ACCOUNT_MOUNT,
} from '../../../../src/sandbox/node-agent/service-account.ts';
import { createFakeClock } from '../../../support/clock.ts';

const { signal } = new AbortController();

function aPod(lifetimes: readonly (number | undefined)[]): Pod {
  const sources = lifetimes.map((expirationSeconds) => ({
    serviceAccountToken: { path: 'token', ...(expirationSeconds === undefined ? {} : { expirationSeconds }) },
  }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', namespace: 'shop', uid: 'u-1' },
    spec: { serviceAccountName: 'clerk', containers: [], volumes: [{ name: 'identity', projected: { sources } }] },
  };
}

describe('src/sandbox/node-agent/service-account', () => {
  it('asks for a token of the pod’s account that dies with the pod', async () => {
    const asked: unknown[] = [];
    const request = async (...args: readonly unknown[]) => {
      asked.push(args.slice(0, 3));
      return { status: { token: 'abc' } };
    };
    const client = { request } as unknown as KubeClient;
    const read = createTokenReader(client, aPod([]), signal);
    expect(await read({ path: 'token', audience: 'vault', expirationSeconds: 600 })).toBe('abc');
    expect(asked).toEqual([
      [
        'POST',
        '/api/v1/namespaces/shop/serviceaccounts/clerk/token',
        expect.objectContaining({
          spec: {
            audiences: ['vault'],
            expirationSeconds: 600,
            boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'u-1' },
          },
        }),
      ],
    ]);
  });

  it('renews when four fifths of the shortest lifetime are over, and soon again when that failed', async () => {
    const clock = createFakeClock();
    const stop = new AbortController();
    const at: number[] = [];
    const started = clock.now();
    const refresh = async (): Promise<void> => {
      at.push((clock.now() - started) / 1000);
      if (at.length === 1) throw new Error('the server is away');
    };
    const keeping = keepTokensFresh(aPod([undefined, 1000]), refresh, {
      clock,
      log: silentLogger,
      signal: stop.signal,
    });
    await clock.advance(800_000);
    await clock.advance(40_000);
    await clock.advance(800_000);
    stop.abort();
    await keeping.catch(() => {});
    expect(at).toEqual([800, 840, 1640]);
  });

  it('has nothing to renew in a pod without tokens', async () => {
    const deps = { clock: createFakeClock(), log: silentLogger, signal };
    await expect(keepTokensFresh(aPod([]), () => Promise.reject(new Error('no')), deps)).resolves.toBeUndefined();
  });

  it.each([
    ['that mounts its account', SERVICE_ACCOUNT_MOUNT, 'https://localhost:6443', true],
    ['that mounts something else', '/data', 'https://localhost:6443', false],
    ['on a node that does not say where the server is', SERVICE_ACCOUNT_MOUNT, undefined, false],
  ])('gives a container %s a kubeconfig or none', async (_, mountPath, apiServer, expected) => {
    const directory = mkdtempSync(join(tmpdir(), 'service-account-'));
    try {
      const container = { name: 'web', volumeMounts: [{ name: 'identity', mountPath }] };
      const volumeDirectory = join(directory, 'volumes');
      const { KUBECONFIG: file } = await accountVariables(container, { pod: aPod([3600]), volumeDirectory, apiServer });
      expect(file !== undefined).toBe(expected);
      if (file === undefined) return;
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
        clusters: [
          { cluster: { server: apiServer, 'certificate-authority': join(volumeDirectory, 'identity/ca.crt') } },
        ],
        users: [{ user: { tokenFile: join(volumeDirectory, 'identity/token') } }],
        contexts: [{ context: { namespace: 'shop' } }],
      });
      expect(statSync(file).mode & 0o777).toBe(0o600);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
