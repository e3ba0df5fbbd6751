// What a kubelet would do for an autoscaler's Deployment: its program runs on this host while the Deployment asks for a replica.
import type { KubeClient, KubeObject, ObjectKey } from '../../../src/kube/client.ts';
import { DEPLOYMENTS } from '../../../src/kube/resources.ts';
import { eventually } from '../../support/eventually.ts';

export interface WorkloadManifest extends KubeObject {
  readonly spec: {
    readonly replicas?: number;
    readonly template: {
      readonly spec: {
        readonly serviceAccountName?: string;
        readonly containers: readonly { readonly args?: readonly string[] }[];
      };
    };
  };
}

export interface Followed {
  readonly key: Required<ObjectKey>;
  start(deployment: WorkloadManifest): Promise<{ stop(): Promise<unknown> }>;
}

export interface Follower {
  /** Resolves when the program runs if it should, and is gone if it should not. */
  settled(): Promise<void>;
  /** Ends the program. */
  stop(): Promise<void>;
}

const { signal } = new AbortController();
const LOOK_EVERY_MS = 200;

export function followDeployment(client: KubeClient, { key, start }: Followed): Follower {
  const life = new AbortController();
  let running: { stop(): Promise<unknown> } | undefined;
  let failure: Error | undefined;

  async function wanted(): Promise<WorkloadManifest | undefined> {
    try {
      const deployment = await client.get<WorkloadManifest>(DEPLOYMENTS, key, { signal });
      return deployment.spec.replicas === 0 ? undefined : deployment;
    } catch (error) {
      if ((error as { code?: string }).code === 'KUBE_NOT_FOUND') return undefined;
      throw error;
    }
  }

  async function follow(): Promise<void> {
    while (!life.signal.aborted) {
      const deployment = await wanted();
      if (deployment && !running) running = await start(deployment);
      if (!deployment && running) {
        await running.stop();
        running = undefined;
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }

  const following = follow().catch((error: unknown) => {
    failure = new Error(`${key.name} cannot be followed`, { cause: error });
  });
  return {
    async settled() {
      const isSettled = async (): Promise<boolean> => ((await wanted()) !== undefined) === (running !== undefined);
      await eventually(`${key.name} is followed`, async () => failure !== undefined || isSettled(), 120_000);
      if (failure !== undefined) throw failure;
    },
    async stop() {
      life.abort();
      await following;
      await running?.stop();
    },
  };
}
