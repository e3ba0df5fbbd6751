// No password is told: not in an error, and not in anything that a whole controller says of a trigger that fails.
import { inspect } from 'node:util';
import { expect, it } from '@jest/globals';
import { scaledObjects, triggerAuthentications } from '../../../src/api/names.ts';
import { systemClock } from '../../../src/async.ts';
import { createController } from '../../../src/controller/controller.ts';
import { DEPLOYMENTS, SECRETS } from '../../../src/kube/resources.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { parseTrigger, triggerSource } from '../../../src/scalers/registry.ts';
import { createTelemetry } from '../../../src/telemetry.ts';
import { textOf } from '../../support/exposition.ts';
import { aDeployment, aScaledObject } from '../../support/controller-world.ts';
import { eventually } from '../../support/eventually.ts';
import type { ProxyMode } from '../../support/fault-proxy.ts';
import { createMemoryKube } from '../../support/memory-kube.ts';
import { createMemoryLog } from '../../support/memory-log.ts';
import { never, type Stage, WRONG_PASSWORD } from './stage.ts';

const FAULTS: readonly (readonly [string, ProxyMode])[] = [
  ['lets it in or not', 'pass'],
  ['refuses the connection', 'refuse'],
  ['says back whatever it hears', { says: (question) => question }],
];

type Told = KubeObject & {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
};

export function promiseSecrecy(stage: Stage): void {
  const namespace = 'shop';
  const key = { namespace, name: 'worker' };

  /** Everything that a controller says while the trigger of its only object is read with the wrong password. */
  async function tell(): Promise<string> {
    const kube = createMemoryKube(systemClock.now);
    const { type } = stage.broker;
    const { metadata, auth } = stage.broker.input('no-such-queue', stage.proxy.port, WRONG_PASSWORD);
    const create = (resource: typeof SECRETS, object: KubeObject) => kube.create(resource, object, { signal: never });
    const data = Object.fromEntries(Object.entries(auth).map(([name, text]) => [name, btoa(text)]));
    const secretTargetRef = Object.keys(auth).map((parameter) => ({ parameter, name: 'worker', key: parameter }));
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: key, data };
    const authentication = {
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'TriggerAuthentication',
      metadata: key,
      spec: { secretTargetRef },
    };
    await create(SECRETS, secret);
    await create(triggerAuthentications, authentication);
    await create(DEPLOYMENTS, aDeployment('worker', 1));
    const authenticationRef = Object.keys(auth).length === 0 ? {} : { authenticationRef: { name: 'worker' } };
    const triggers = [{ type, metadata, ...authenticationRef }];
    await create(scaledObjects, aScaledObject('worker', { triggers, fallback: { failureThreshold: 1, replicas: 2 } }));

    const log = createMemoryLog();
    const events: unknown[] = [];
    const telemetry = createTelemetry();
    const stop = new AbortController();
    const controller = createController({
      client: kube,
      clock: systemClock,
      random: Math.random,
      log,
      telemetry,
      events: { record: (event) => void events.push(event), settled() {} },
      types: { triggerSource, parseTrigger },
      clients: stage.pool,
      version: '0.0.0-test',
      namespaces: [],
      clusterObjectNamespace: 'sluice',
      readTimeoutMs: 1_500,
    });
    const running = controller.run(stop.signal);
    try {
      const status = await eventually('what became of it is told', async () => {
        const found = kube.peek<Told>(scaledObjects, key)?.status;
        const has = (type: string, value: string) =>
          found?.conditions?.some((condition) => condition.type === type && condition.status === value) ?? false;
        // A trigger that can't be bound is never read.
        if (has('Ready', 'False')) return found;
        const isRead = /^sluice_source_read_seconds_count/m.test(await textOf(telemetry));
        return isRead && !has('Active', 'True') && found;
      });
      const labels = new Map([['scaledobject.keda.sh/name', 'worker']]);
      const metric = `s0-${stage.parse('no-such-queue').metric.name}`;
      const answer = await controller.metrics
        .read({ namespace, metric, labels }, never)
        .catch((error: unknown) => error);
      const told = [status, log.lines, events, answer, controller.decisions, await textOf(telemetry)];
      return told.map((one) => inspect(one, { depth: 20, showHidden: true, maxStringLength: Infinity })).join('\n');
    } finally {
      stop.abort(new Error('the test is over'));
      await running;
    }
  }

  it.each(FAULTS)('tells no secret in log, status, events or telemetry of a broker that %s', async (_, mode) => {
    await stage.proxy.setMode(mode);
    const told = await tell();
    if (mode !== 'pass') expect(told).toMatch(/SOURCE_(UNAVAILABLE|ANSWER|TIMEOUT)/);
    expectNoSecret(told, stage.broker.secrets);
  });

  it('tells no secret in any error of these tests', async () => {
    await stage.failure(await stage.connect('one', WRONG_PASSWORD)).catch(() => {});
    const told = stage.errors.map((error) =>
      inspect(error, { depth: 10, showHidden: true, maxStringLength: Infinity }),
    );
    expectNoSecret([...told, stage.parse('one').sourceId].join('\n'), stage.broker.secrets);
  });
}

/** As it is, and as URLs, headers and JSON would have it. */
function expectNoSecret(told: string, secrets: readonly string[]): void {
  for (const secret of [...secrets, WRONG_PASSWORD]) {
    for (const form of [secret, encodeURIComponent(secret), btoa(secret), JSON.stringify(secret).slice(1, -1)]) {
      expect(told).not.toContain(form);
    }
  }
}
