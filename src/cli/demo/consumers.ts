// Follows the log of every consumer pod and keeps account of the messages in it.
import type { KubeObject } from '../../kube/client.ts';
import type { Store } from '../../kube/store.ts';

/** One handled message, as a consumer's log line tells it; times in milliseconds since the epoch. */
export interface Handled {
  readonly id: string;
  readonly text: string;
  readonly pod: string;
  readonly received: number;
  readonly finished: number;
}

export type FollowLog = (pod: KubeObject, signal: AbortSignal) => AsyncIterable<string>;

const LINE = /^(?<text>.*) -- Received at: (?<received>\S+) -- Finished at: (?<finished>\S+) -- Id: (?<id>\S+)$/;

/** The message of a log line, or undefined when the line says something else. */
export function handledIn(line: string, pod: string): Handled | undefined {
  const found = LINE.exec(line)?.groups;
  if (!found) return undefined;
  const { text = '', received = '', finished = '', id = '' } = found;
  return { id, text, pod, received: Date.parse(received), finished: Date.parse(finished) };
}

export interface Ledger {
  readonly handled: readonly Handled[];
  /** Messages that more than one line tells of. */
  duplicates(): number;
  /** The most that one pod handled at one time. */
  mostAtOnce(): number;
}

export function createLedger(): Ledger & { add(entry: Handled): void } {
  const handled: Handled[] = [];
  return {
    handled,
    add: (entry) => void handled.push(entry),
    duplicates: () => handled.length - new Set(handled.map((h) => h.id)).size,
    mostAtOnce: () => Math.max(0, ...handled.map((h) => overlapping(h, handled))),
  };
}

function overlapping(one: Handled, all: readonly Handled[]): number {
  return all.filter((h) => h.pod === one.pod && h.received <= one.received && h.finished > one.received).length;
}

/** Follows each pod from its first container's start until the signal aborts; a pod is followed once. */
export function followConsumers(
  pods: Store<KubeObject>,
  options: { follow: FollowLog; ledger: { add(entry: Handled): void }; signal: AbortSignal },
): void {
  const followed = new Set<string>();
  const look = (pod: KubeObject): void => {
    const uid = pod.metadata.uid ?? '';
    if (followed.has(uid) || !hasStarted(pod)) return;
    followed.add(uid);
    void read(pod).catch(() => followed.delete(uid));
  };
  async function read(pod: KubeObject): Promise<void> {
    for await (const line of options.follow(pod, options.signal)) {
      const entry = handledIn(line, pod.metadata.name);
      if (entry) options.ledger.add(entry);
    }
  }
  const unsubscribe = pods.subscribe((change) => {
    if (change.type !== 'deleted') look(change.object);
  });
  options.signal.addEventListener('abort', unsubscribe, { once: true });
}

function hasStarted(pod: KubeObject): boolean {
  const { status } = pod as KubeObject & { status?: { containerStatuses?: readonly { started?: boolean }[] } };
  return status?.containerStatuses?.some((c) => c.started === true) ?? false;
}
