import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../src/async.ts';
import { isAccessTrouble } from '../../../src/errors.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { Connection } from '../../../src/kube/connection.ts';
import { createKubeClient } from '../../../src/kube/http-client.ts';
import { createReflector } from '../../../src/kube/reflector.ts';
import { DEPLOYMENTS, SCALED_OBJECTS, SECRETS } from '../../../src/kube/resources.ts';
import { createFakeClock } from '../../support/clock.ts';
import { eventually } from '../../support/eventually.ts';
import { plainConnection } from '../../support/kube-connection.ts';
import { type KubeStub, startKubeStub } from '../../support/kube-stub.ts';
import { createMemoryLog, type MemoryLog } from '../../support/memory-log.ts';

let stub: KubeStub;
let connection: Connection;
let log: MemoryLog;
let client: KubeClient;
const { signal } = new AbortController();
beforeEach(async () => {
  stub = await startKubeStub();
  connection = plainConnection(stub.url);
  log = createMemoryLog();
  client = createKubeClient(connection, { clock: systemClock, log, userAgent: 'sluice/test', deadlineMs: 500 });
});
afterEach(async () => {
  await connection.close();
  await stub.close();
});

const list = (resource = SCALED_OBJECTS): Promise<unknown> =>
  client.list(resource, { signal }).catch((error: unknown) => error);
const forbid = (verb: string, resource: string, times: number): void =>
  stub.fail(
    {
      status: 403,
      reason: 'Forbidden',
      message: `${resource} is forbidden: User "system:serviceaccount:sluice:sluice" cannot ${verb} resource "${resource}" in API group "" at the cluster scope`,
    },
    (r) => r.path.endsWith(resource),
    times,
  );

describe('what keeps the API server from us is told once', () => {
  it('when a right is missing, with the command that grants it; and when it is there', async () => {
    forbid('list', 'secrets', 3);
    for (let i = 0; i < 3; i++) await list(SECRETS);
    await list(DEPLOYMENTS);
    expect(log.told()).toEqual(['warn a right is missing']);
    expect(log.lines.find(({ level }) => level === 'warn')?.fields['mend']).toMatch(
      /^kubectl create clusterrole sluice-list-secrets --verb=list --resource=secrets && .* --serviceaccount=sluice:sluice$/,
    );
    await list(SECRETS);
    expect(log.told()).toEqual(['warn a right is missing', 'info the right is there now']);
  });

  it('for each kind and verb', async () => {
    forbid('list', 'secrets', 1);
    forbid('list', 'scaledobjects', 1);
    await list(SECRETS);
    await list();
    expect(log.told()).toHaveLength(2);
  });

  it('when nobody answers, however many ask', async () => {
    const away = plainConnection('http://127.0.0.1:1');
    const lost = createKubeClient(away, { clock: systemClock, log, userAgent: 'sluice/test', deadlineMs: 300 });
    const stop = new AbortController();
    const running = [SCALED_OBJECTS, SECRETS, DEPLOYMENTS].map((resource) =>
      createReflector({ client: lost, resource, clock: createFakeClock(), random: () => 0, log }).run(stop.signal),
    );
    await eventually(
      'each has met it',
      () => log.lines.filter((l) => l.message === 'watch is interrupted').length >= 3,
    );
    stop.abort();
    await Promise.all(running);
    await away.close();
    expect(log.told()).toEqual(['warn the API server does not answer']);
    expect(log.lines.find(({ level }) => level === 'warn')?.fields).toMatchObject({
      server: 'http://127.0.0.1:1',
      mend: expect.stringContaining('nothing listens there'),
    });
  });

  it('when our credentials are refused, and that it is over', async () => {
    stub.fail({ status: 401, reason: 'Unauthorized' }, () => true, 4);
    await list();
    await list();
    expect(log.told()).toEqual(['warn the API server does not accept our credentials']);
    await list();
    expect(log.told().at(-1)).toBe('info the API server answers again');
  });

  it('when we are asked to slow down, even if some calls get through', async () => {
    for (let i = 0; i < 3; i++) {
      stub.fail({ status: 429, retryAfter: 60 });
      expect(isAccessTrouble(await list())).toBe(true);
      await list();
    }
    expect(log.told()).toEqual(['warn the API server asks us to slow down']);
  });

  it('but not that a new kind takes its time', async () => {
    stub.fail({ status: 429, reason: 'TooManyRequests', message: 'storage is (re)initializing', retryAfter: 60 });
    expect(isAccessTrouble(await list())).toBe(true);
    expect(log.told()).toEqual([]);
  });

  it('but a refusal by an admission webhook is the business of who asked', async () => {
    stub.fail({ status: 403, reason: 'Forbidden', message: 'admission webhook "x" denied the request: no' });
    await list();
    expect(log.told()).toEqual([]);
  });
});

describe('a kind that is not served', () => {
  it('is told once, with the command that brings it', async () => {
    stub.fail({ status: 404 }, () => true, 100);
    const stop = new AbortController();
    const clock = createFakeClock();
    const running = createReflector({ client, resource: SCALED_OBJECTS, clock, random: () => 0, log }).run(stop.signal);
    for (let round = 1; round <= 3; round++) {
      await eventually('it was asked for', async () => {
        await clock.advance(10_000);
        return stub.requests.length >= round;
      });
    }
    stop.abort();
    await running;
    expect(log.told()).toEqual(['warn the API server does not serve this kind']);
    expect(log.lines.find(({ level }) => level === 'warn')?.fields).toMatchObject({
      kind: 'scaledobjects.keda.sh',
      mend: 'sluice crds | kubectl apply --server-side -f -',
    });
  });
});
