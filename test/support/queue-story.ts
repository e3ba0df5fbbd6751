// One story that every queue lives through under the whole program: filled, its worker wakes to the size it asks for; empty, it sleeps.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../src/kube/client.ts';
import { NAMESPACE } from './cluster.ts';
import { eventually } from './eventually.ts';
import { aScaledWorker, aSecret } from './queue-worker.ts';
import { startWorld, type World } from './world.ts';

/** A broker with one empty queue, and the trigger that measures it; ten messages are one replica's work. */
export interface StagedQueue {
  readonly type: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** What a TriggerAuthentication takes from a Secret, by parameter. */
  readonly auth: Readonly<Record<string, string>>;
  put(messages: number): Promise<unknown>;
  /** Takes out everything, as consumers that are done with it do. */
  empty(): Promise<unknown>;
  stop(): Promise<unknown>;
}

/** Runs it for each of the `queues`, one after the other in one cluster. */
export function describeQueueStory(
  title: string,
  queues: Readonly<Record<string, () => Promise<StagedQueue>>>,
  describeHere: typeof describe = describe,
): void {
  describeHere(title, () => {
    let world: World;
    beforeAll(async () => {
      world = await startWorld();
    });
    afterAll(() => world.stop());

    it.each(Object.entries(queues))(
      'goes from zero to the size that a %s asks for, and back',
      async (subject, stage) => {
        const name = subject.replaceAll(/[^a-z0-9]+/gi, '-').toLowerCase();
        const queue = await stage();
        try {
          await world.apply(...manifests(name, queue));
          await eventually('it is in force', async () => (await world.condition(name, 'Ready')).status === 'True');
          expect(await world.replicas(name)).toBe(0);
          await queue.put(45);
          await eventually('it is awake', async () => (await world.replicas(name)) === 5);
          await queue.empty();
          await eventually('it sleeps', async () => (await world.replicas(name)) === 0);
        } finally {
          await queue.stop();
        }
      },
      120_000,
    );
  });
}

function manifests(name: string, { type, metadata, auth }: StagedQueue): readonly KubeObject[] {
  const parameters = Object.keys(auth);
  const secretTargetRef = parameters.map((parameter) => ({ parameter, name, key: parameter }));
  const authentication = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'TriggerAuthentication',
    metadata: { name, namespace: NAMESPACE },
    spec: { secretTargetRef },
  } as KubeObject;
  const trigger = { type, metadata, ...(parameters.length > 0 ? { authenticationRef: { name } } : {}) };
  const access = parameters.length > 0 ? [aSecret(name, auth), authentication] : [];
  return [...access, ...aScaledWorker(name, { spec: { triggers: [trigger] } })];
}
