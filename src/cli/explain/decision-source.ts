// Where the newest decision comes from: the diagnostics of a Sluice that is named, or of the pods that run it, through the API server.
import { z } from 'zod';
import { KubeError } from '../../errors.ts';
import type { KubeClient, KubeObject } from '../../kube/client.ts';
import { PODS } from '../../kube/resources.ts';
import type { Known } from './facts.ts';

export interface DecisionQuestion {
  /** Of /decisions, without slashes at its ends: `shop/worker`. */
  readonly path: string;
  readonly signal: AbortSignal;
}

export type AskDecision = (question: DecisionQuestion) => Promise<Known<unknown>>;

/** As the chart labels and serves it. */
const SELECTOR = 'app.kubernetes.io/name=sluice';
const PORT = 8080;

/** With replicas that share the work, one that only knows who acts on the object says so instead. */
const Answered = z.looseObject({ at: z.number() });

/** At `http://HOST:PORT`. */
export function decisionsAt(address: string): AskDecision {
  return async ({ path, signal }) => {
    try {
      const response = await fetch(new URL(`/decisions/${path}`, address), { signal });
      if (response.status === 404) return { isNot: `${address} has decided nothing about it yet` };
      if (!response.ok) return { isNot: `${address} answers ${response.status}` };
      return { is: await response.json() };
    } catch (error) {
      signal.throwIfAborted();
      return { isNot: `nobody answers at ${address} (${causeOf(error)}): this is what the object's status says` };
    }
  };
}

/** Asks each pod of Sluice through the API server, as `kubectl proxy` would; needs `get` on `pods/proxy`. */
export function decisionsOfPods(client: KubeClient, namespace: string | undefined): AskDecision {
  return async ({ path, signal }) => {
    try {
      const { items } = await client.list<KubeObject>(PODS, { namespace, labelSelector: SELECTOR, signal });
      if (items.length === 0) {
        return {
          isNot: `no pod is labelled ${SELECTOR}: this is what the object's status says; --address names a Sluice that runs elsewhere`,
        };
      }
      for (const { metadata } of items) {
        const found = await askPod(client, metadata, path, signal);
        if (found !== undefined) return { is: found };
      }
      return { isNot: 'no replica of Sluice has decided anything about it yet' };
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      return { isNot: `${error.message}: this is what the object's status says` };
    }
  };
}

async function askPod(
  client: KubeClient,
  { namespace = '', name }: KubeObject['metadata'],
  path: string,
  signal: AbortSignal,
): Promise<unknown> {
  const proxied = `/api/v1/namespaces/${namespace}/pods/${name}:${PORT}/proxy/decisions/${path}`;
  try {
    const answer = await client.request<unknown>('GET', proxied, undefined, { signal });
    return Answered.safeParse(answer).success ? answer : undefined;
  } catch (error) {
    // A replica that knows nothing of the object, or a pod that is about to go.
    if (error instanceof KubeError && (error.code === 'KUBE_NOT_FOUND' || error.code === 'KUBE_UNAVAILABLE'))
      return undefined;
    throw error;
  }
}

function causeOf(error: unknown): string {
  const cause: unknown = error instanceof Error ? (error.cause ?? error) : error;
  if (cause instanceof Error && 'code' in cause) return String(cause.code);
  return cause instanceof Error ? cause.message : String(cause);
}
