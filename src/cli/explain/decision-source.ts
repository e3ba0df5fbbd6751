// Where the newest decision comes from: the diagnostics of a Sluice that is named, or of the pods that run it, through the API server.
import { z } from 'zod';
import { type Clock, withDeadline } from '../../async.ts';
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

const DEADLINE_MS = 10_000;
const ONLY_STATUS = "this is what the object's status says";

const part = z.looseObject({});
const Answered = z.looseObject({ at: z.number(), decision: part, seen: part, policy: part });
/** With replicas that share the work, one that only knows who acts on the object says so instead. */
const Elsewhere = z.object({ owner: z.string() });

/** At `http://HOST:PORT`. */
export function decisionsAt(address: string, clock: Clock): AskDecision {
  return async ({ path, signal }) => {
    try {
      return await withDeadline(clock, signal, DEADLINE_MS, address, (inTime) => askAt(address, path, inTime));
    } catch (error) {
      signal.throwIfAborted();
      return { isNot: `nobody answers at ${address} (${causeOf(error)}): ${ONLY_STATUS}` };
    }
  };
}

async function askAt(address: string, path: string, signal: AbortSignal): Promise<Known<unknown>> {
  const response = await fetch(new URL(`/decisions/${path}`, address), { signal });
  const text = await response.text();
  if (response.status === 404) return { isNot: `${address} has decided nothing about it yet` };
  if (!response.ok) return { isNot: `${address} answers ${response.status}` };
  const answer = parsed(text);
  if (Answered.safeParse(answer).success) return { is: answer };
  const { owner } = Elsewhere.safeParse(answer).data ?? {};
  if (owner === undefined) return { isNot: `${address} answers with no decision: ${ONLY_STATUS}` };
  return { isNot: `the Sluice at ${address} does not act on it, ${owner} does: ${ONLY_STATUS}` };
}

/** Undefined for a text that is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Asks each pod of Sluice through the API server, as `kubectl proxy` would; needs `get` on `pods/proxy`. */
export function decisionsOfPods(client: KubeClient, namespace: string | undefined): AskDecision {
  return async ({ path, signal }) => {
    try {
      const { items } = await client.list<KubeObject>(PODS, { namespace, labelSelector: SELECTOR, signal });
      if (items.length === 0) {
        return {
          isNot: `no pod is labelled ${SELECTOR}: ${ONLY_STATUS}; where Sluice runs elsewhere, name it: --address http://localhost:8080`,
        };
      }
      for (const { metadata } of items) {
        const found = await askPod(client, metadata, path, signal);
        if (found !== undefined) return { is: found };
      }
      return { isNot: 'no replica of Sluice has decided anything about it yet' };
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      return { isNot: `${error.message}: ${ONLY_STATUS}` };
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
