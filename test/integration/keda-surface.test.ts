// What KEDA's documentation shows, applied: every ScaledObject and ScaledJob reaches the condition that its file names, though no broker is there.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { type Kind, kinds } from '../../src/api/kinds.ts';
import { systemClock } from '../../src/async.ts';
import type { KubeObject } from '../../src/kube/client.ts';
import { createCertificateBundle } from '../../src/serving/certificate-bundle.ts';
import { eventually } from '../support/eventually.ts';
import { type Fragment, readFragments } from '../support/keda-surface.ts';
import { aConfigMap, aSecret, aWorker } from '../support/queue-worker.ts';
import { NAMESPACE, startWorld, type World } from '../support/world.ts';

interface Manifest extends KubeObject {
  readonly spec?: {
    readonly scaleTargetRef?: { readonly kind?: string; readonly name: string };
    readonly pollingInterval?: number;
  };
}
interface Scaled {
  readonly fragment: Fragment;
  readonly kind: Kind;
  readonly name: string;
  readonly expected: string;
}

/** Long enough not to keep the machine busy with brokers that are not there. */
const POLL_SECONDS = 10;
const WAIT_MS = 60_000;
/** ioredis keeps a timer of two seconds for every sentinel that was not there. */
const SENTINEL_LINGERS_MS = 2_100;

const CONDITION = /^(\w+) (True|False|Unknown) (\w+)$/;
const REFUSAL = /^refused, (.+)$/;
const fragments = (await readFragments()).map((fragment) => ({ ...fragment, objects: objectsOf(fragment) }));
const run = fragments.filter(({ expected }) => expected === undefined || CONDITION.test(expected));
const scaled = run.flatMap(({ objects, ...fragment }): readonly Scaled[] =>
  objects.flatMap(({ kind, metadata: { name } }) =>
    isScaled(kind) ? [{ fragment, kind: kind as Kind, name, expected: fragment.expected ?? '' }] : [],
  ),
);

let world: World;
beforeAll(async () => {
  world = await startWorld({ flags: { clusterObjectNamespace: NAMESPACE } });
  const { certPem, keyPem, caPem } = await createCertificateBundle(undefined, ['localhost'], systemClock.now());
  await world.apply(
    aSecret('certificates', { ca: caPem, cert: certPem, key: keyPem }),
    aConfigMap('keda-surface-broker', { url: 'amqp://rabbitmq.invalid:5672/' }),
  );
  for (const { objects } of run) {
    const present = new Set(objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`));
    const targets = objects.flatMap(({ spec }) => spec?.scaleTargetRef ?? []);
    const missing = targets.filter(({ kind = 'Deployment', name }) => {
      return kind === 'Deployment' && !present.has(`${kind} ${name}`);
    });
    await world.apply(...missing.map(({ name }) => aWorker(name, 0)), ...objects);
  }
}, 180_000);
afterAll(async () => {
  await world.stop();
  const stoppedAt = performance.now();
  await eventually('the driver of Redis is done', () => performance.now() - stoppedAt > SENTINEL_LINGERS_MS);
});

describe('what KEDA’s documentation shows', () => {
  it.each(scaled.map((one) => [one.kind, one.name, one.fragment.page, one] as const))(
    '%s %s (%s) reaches its condition',
    async (kind, name, _page, { expected }) => {
      const [, type, status, reason] = CONDITION.exec(expected) ?? [];
      await eventually(
        `${name} is ${expected}`,
        async () => expect(await condition(kind, name, type)).toMatchObject({ status, reason }),
        WAIT_MS,
      );
    },
    WAIT_MS + 5_000,
  );

  it.each(
    fragments.flatMap(({ file, expected, objects }) => {
      const [, why] = REFUSAL.exec(expected ?? '') ?? [];
      return why === undefined ? [] : [[file, why, objects] as const];
    }),
  )('%s is refused by the API server', async (_, why, objects) => {
    await expect(world.apply(...objects)).rejects.toThrow(why);
  });

  it('names a condition for everything that is scaled', () => {
    expect(scaled.filter(({ expected }) => expected === '').map(({ name }) => name)).toEqual([]);
    expect(scaled.length).toBeGreaterThan(100);
  });
});

function isScaled(kind: string): boolean {
  return kind === 'ScaledObject' || kind === 'ScaledJob';
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}
async function condition(kind: Kind, name: string, type = ''): Promise<Condition | undefined> {
  const object = await world.get<KubeObject & { readonly status?: { readonly conditions?: readonly Condition[] } }>(
    kinds[kind].resource,
    name,
  );
  return object.status?.conditions?.find((one) => one.type === type);
}

/** In the namespace of the story; Secrets as the API server stores them; polled more often than by default. */
function objectsOf({ text }: Fragment): readonly Manifest[] {
  return parseAllDocuments(text).map((document): Manifest => {
    const written = document.toJS() as Manifest & { readonly stringData?: Record<string, string> };
    const { stringData, metadata, spec, ...rest } = written;
    const isOfCluster = written.kind.startsWith('Cluster');
    return {
      ...rest,
      ...(stringData === undefined ? {} : { data: aSecretData(stringData) }),
      metadata: { ...metadata, ...(isOfCluster ? {} : { namespace: NAMESPACE }) },
      ...(spec === undefined
        ? {}
        : { spec: isScaled(written.kind) ? { ...spec, pollingInterval: POLL_SECONDS } : spec }),
    };
  });
}

function aSecretData(stringData: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(stringData).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')]),
  );
}
