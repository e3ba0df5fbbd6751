// A kind whose CRD may be missing: it is watched from the moment on at which the API server serves it.
import { type Clock, sleep } from '../async.ts';
import type { Component } from '../component.ts';
import { KubeError } from '../errors.ts';
import type { KubeObject, Resource } from '../kube/client.ts';
import type { Discovery } from '../kube/discovery.ts';
import type { Store } from '../kube/store.ts';

export interface ServedKind {
  readonly resource: Resource;
  readonly store: Store<KubeObject>;
  run(signal: AbortSignal): Promise<void>;
  /** Resolves when its objects are known, or it is known that there can be none. */
  settled(signal: AbortSignal): Promise<void>;
}

const ASK_AGAIN_MS = 60_000;
const GLANCE_MS = 50;

export function createServedKind(
  resource: Resource,
  reflector: Component & Store<KubeObject>,
  { discovery, clock }: { readonly discovery: Discovery; readonly clock: Clock },
): ServedKind {
  let isMissing = false;

  /** Whoever cannot be asked does not say that it is missing: the watch will tell what is wrong. */
  async function isServed(signal: AbortSignal): Promise<boolean> {
    try {
      await discovery.resourceOf(resource, signal);
      return true;
    } catch (error) {
      return !(error instanceof KubeError && error.code === 'KUBE_NOT_FOUND');
    }
  }

  return {
    resource,
    store: reflector,
    async run(signal) {
      try {
        while (!(await isServed(signal))) {
          isMissing = true;
          await sleep(clock, ASK_AGAIN_MS, signal);
        }
      } catch (error) {
        if (signal.aborted) return;
        throw error;
      }
      isMissing = false;
      await reflector.run(signal);
    },
    async settled(signal) {
      while (!isMissing && !reflector.synced()) await sleep(clock, GLANCE_MS, signal);
    },
  };
}
