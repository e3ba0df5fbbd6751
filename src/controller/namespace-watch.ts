// Watches objects of one kind in one namespace: all of them by one watch where the account may list them, else each by its name,
// which is what a Role with resourceNames allows.
import { type Clock, sleep } from '../async.ts';
import { KubeError } from '../errors.ts';
import type { KubeClient, KubeObject, Resource } from '../kube/client.ts';
import type { OwnRights } from '../kube/own-rights.ts';
import { createReflector } from '../kube/reflector.ts';
import type { Logger } from '../log.ts';

export interface NamespaceWatch {
  add(name: string): void;
  remove(name: string): void;
  /** Ends every watch and waits for it. */
  stop(): Promise<void>;
}

export interface NamespaceWatchOptions {
  readonly client: KubeClient;
  readonly rights: OwnRights;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly resource: Resource;
  readonly namespace: string;
  /** Told of each object when it is first seen, changes or goes; of others than those that were added as well. */
  readonly changed: (name: string) => void;
}

/** How soon a right that is missing is asked for again. */
const ASK_AGAIN_MS = 10_000;

export function createNamespaceWatch(options: NamespaceWatchOptions): NamespaceWatch {
  const { resource, namespace, rights, clock, changed } = options;
  const stop = new AbortController();
  const names = new Map<string, AbortController>();
  const running = new Set<Promise<void>>();
  let scope: 'unknown' | 'namespace' | 'names' = 'unknown';

  function begin(work: Promise<void>): void {
    const run = work.catch(() => {}).finally(() => running.delete(run));
    running.add(run);
  }

  function follow(name: string | undefined, signal: AbortSignal): Promise<void> {
    const fieldSelector = name === undefined ? undefined : `metadata.name=${name}`;
    const reflector = createReflector<KubeObject>({ ...options, fieldSelector, prune: nameAndVersion });
    reflector.subscribe(({ object }) => changed(object.metadata.name));
    return reflector.run(signal);
  }

  async function mayList(name: string | undefined, signal: AbortSignal): Promise<boolean> {
    for (;;) {
      try {
        return await rights.mayList(resource, namespace, name, signal);
      } catch (error) {
        if (!(error instanceof KubeError)) throw error;
        await sleep(clock, ASK_AGAIN_MS, signal);
      }
    }
  }

  /** Until the right is there nobody can tell of the object; from then on it is as if it had just come. */
  async function followOne(name: string, signal: AbortSignal): Promise<void> {
    while (!(await mayList(name, signal))) await sleep(clock, ASK_AGAIN_MS, signal);
    await follow(name, signal);
  }

  async function run(signal: AbortSignal): Promise<void> {
    scope = (await mayList(undefined, signal)) ? 'namespace' : 'names';
    if (scope === 'namespace') return follow(undefined, signal);
    for (const [name, own] of names) begin(followOne(name, own.signal));
  }

  begin(run(stop.signal));
  return {
    add(name) {
      const own = new AbortController();
      names.set(name, own);
      if (scope === 'names') begin(followOne(name, own.signal));
    },
    remove(name) {
      names.get(name)?.abort(new Error('no longer needed'));
      names.delete(name);
    },
    async stop() {
      for (const own of [stop, ...names.values()]) own.abort(new Error('no longer needed'));
      names.clear();
      await Promise.all(running);
    },
  };
}

function nameAndVersion({ apiVersion, kind, metadata }: KubeObject): KubeObject {
  const { name, namespace = '', resourceVersion = '' } = metadata;
  return { apiVersion, kind, metadata: { name, namespace, resourceVersion } };
}
