// One contender on a fresh control plane with a Redis: what every part of the comparison plays on.
import type { Deployment } from '../../../src/sandbox/controllers/workload-objects.ts';
import { scaledObjects } from '../../../src/api/names.ts';
import type { ScaledObject } from '../../../src/api/scaled-object.ts';
import { systemClock } from '../../../src/async.ts';
import type { KubeObject, Resource } from '../../../src/kube/client.ts';
import { createReflector } from '../../../src/kube/reflector.ts';
import { DEPLOYMENTS } from '../../../src/kube/resources.ts';
import type { Store } from '../../../src/kube/store.ts';
import { silentLogger } from '../../../src/log.ts';
import { type BenchRedis, createCredentials, startBenchRedis } from '../../bench/redis.ts';
import { eventually } from '../../support/eventually.ts';
import type { AuditEvent } from '../control-plane/audit.ts';
import { type ControlPlane, controlPlane } from '../control-plane/control-plane.ts';
import type { Contender, Running } from './contenders.ts';

export interface Scene {
  readonly plane: ControlPlane;
  readonly redis: BenchRedis;
  readonly running: Running;
  readonly deployments: Store<Deployment>;
  readonly objects: Store<ScaledObject>;
  /** Its requests from an index of the audit log on; a watch counts when it begins. */
  requests(since: number): Promise<readonly AuditEvent[]>;
  /** Where the audit log ends now. */
  mark(): Promise<number>;
}

export async function onScene<T>(contender: Contender, play: (scene: Scene) => Promise<T>): Promise<T> {
  const life = new AbortController();
  const undo: (() => Promise<unknown>)[] = [];
  try {
    const plane = await controlPlane();
    undo.push(() => plane.stop());
    const redis = await startBenchRedis();
    undo.push(() => redis[Symbol.asyncDispose]());
    const running = await contender.start(plane);
    undo.push(() => running.stop());
    const watch = async <O extends KubeObject>(resource: Resource): Promise<Store<O>> => {
      const options = { client: plane.client, clock: systemClock, random: Math.random, log: silentLogger };
      const reflector = createReflector<O>({ ...options, resource });
      const ended = reflector.run(life.signal);
      undo.push(() => ended);
      await eventually(`${resource.plural} are known`, () => reflector.ready());
      return reflector;
    };
    await createCredentials(plane.client);
    return await play({
      plane,
      redis,
      running,
      deployments: await watch<Deployment>(DEPLOYMENTS),
      objects: await watch<ScaledObject>(scaledObjects),
      mark: async () => (await plane.audit()).length,
      async requests(since) {
        const isIts = ({ user, verb, stage }: AuditEvent): boolean =>
          user.username.startsWith(running.userPrefix) &&
          stage === (verb === 'watch' ? 'ResponseStarted' : 'ResponseComplete');
        return (await plane.audit(since)).filter(isIts);
      },
    });
  } finally {
    life.abort(new Error('the scene is over'));
    for (const step of undo.toReversed()) await step().catch((error: unknown) => console.error(error));
  }
}

export function replicasOf({ deployments }: Scene, name: string): number {
  return deployments.get({ namespace: 'default', name })?.spec.replicas ?? Number.NaN;
}

export function isReady(object: ScaledObject): boolean {
  return object.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}
