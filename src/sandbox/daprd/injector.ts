// Gives each pod that asks for it a real daprd as a further container, which the node agent runs like the others.
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Clock, sleep, withDeadline } from '../../async.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Logger } from '../../log.ts';
import type { ContainerInjector } from '../node-agent/injected-container.ts';
import { appIdOf, appVariables, daprdContainer, isNative, isWanted } from './container.ts';
import { type DaprSnapshot, takeSnapshot, writeConfiguration, writeResources } from './resources.ts';

export interface DaprdInjectorOptions {
  readonly client: KubeClient;
  /** Path of the binary. */
  readonly program: string;
  /** Where the sidecars of this node find each other; exists as long as they do. */
  readonly directory: string;
  /** Of every daprd, for example SSL_CERT_FILE. */
  readonly env?: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly log: Logger;
}

const RESOURCES = 'resources';
const CONFIGURATION = 'configuration.yaml';
/** How often running sidecars are brought in step with the API; they take in new files by themselves. */
const EVERY_MS = 1000;
const SNAPSHOT_WITHIN_MS = 10_000;

/**
 * daprd runs standalone: no control plane, so no mTLS, no actors, no workflows. Components, Subscriptions, Resiliency and HTTPEndpoints are read
 * from the API as they change, with their Secrets, into files that only this user can read and that go with the pod; the Configuration at each start.
 */
export function createDaprdInjector(options: DaprdInjectorOptions): ContainerInjector {
  const { client, env = {}, clock, log } = options;
  const shared = resolve(options.directory);
  // Dapr's default asks the whole network by multicast.
  const nameResolution = {
    component: 'sqlite',
    configuration: { connectionString: join(shared, 'dapr-names.db') },
  };
  const snapshots = createSnapshots(client, clock);
  return {
    inject(pod) {
      if (!isWanted(pod)) return undefined;
      const { namespace = 'default', name, annotations = {} } = pod.metadata;
      const appId = appIdOf(pod);
      let isFollowing = false;
      const follow = async (directory: string, signal: AbortSignal): Promise<void> => {
        for (;;) {
          await sleep(clock, EVERY_MS, signal);
          await snapshots(namespace)
            .then((snapshot) => writeResources(directory, snapshot, appId))
            .catch((error: unknown) => {
              if (!signal.aborted) log.warn('daprd keeps its old components', { namespace, pod: name, error });
            });
        }
      };
      return {
        // The node agent starts it in its own directory, which prepare() fills.
        container: daprdContainer(pod, { resources: RESOURCES, configuration: CONFIGURATION }),
        place: isNative(pod) ? 'around' : 'beside',
        program: resolve(options.program),
        programEnv: env,
        env: appVariables(pod),
        async prepare(directory, signal) {
          const resources = join(directory, RESOURCES);
          await Promise.all([directory, shared].map((path) => mkdir(path, { recursive: true, mode: 0o700 })));
          await writeResources(resources, await snapshots(namespace), appId);
          const asked = { client, namespace, signal };
          await writeConfiguration(
            join(directory, CONFIGURATION),
            annotations['dapr.io/config'],
            nameResolution,
            asked,
          );
          if (isFollowing) return;
          isFollowing = true;
          follow(resources, signal).catch(() => {});
        },
      };
    },
  };
}

/** One look at a namespace serves all of its pods for a moment. */
function createSnapshots(client: KubeClient, clock: Clock): (namespace: string) => Promise<DaprSnapshot> {
  const known = new Map<string, { readonly at: number; readonly snapshot: Promise<DaprSnapshot> }>();
  // A pod that ends must not take away what others wait for.
  const { signal: never } = new AbortController();
  return (namespace) => {
    const last = known.get(namespace);
    if (last && clock.now() - last.at < EVERY_MS / 2) return last.snapshot;
    const snapshot = withDeadline(clock, never, SNAPSHOT_WITHIN_MS, 'Dapr’s objects', (signal) =>
      takeSnapshot({ client, namespace, signal }),
    );
    known.set(namespace, { at: clock.now(), snapshot });
    snapshot.catch(() => known.delete(namespace));
    return snapshot;
  };
}
