// Asking several brokers at once, none of which may keep the answers of the others waiting.
import { type Clock, withDeadline } from '../../async.ts';
import type { Broker } from './broker.ts';
import type { Cluster } from './cluster.ts';

export interface AskDeps {
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** Names the cluster in errors. */
  readonly where: string;
}

/** With two such steps, less than a read may take by default. The connection goes on: its answer may still tell that it is alive. */
const PATIENCE_MS = 1_400;

/** `items` are what each broker is asked for, by its number; `fail` is told of those for which that did not work. */
export async function askEach<T>(
  { cluster, clock, where }: AskDeps,
  items: ReadonlyMap<number, readonly T[]>,
  ask: (broker: Broker, some: readonly T[]) => Promise<void>,
  fail: (one: T, error: unknown) => void,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(
    [...items].map(async ([node, some]) => {
      const asking = cluster.broker(node).then((broker) => ask(broker, some));
      asking.catch(() => {});
      const isAlone = items.size === 1;
      const what = `${where}: broker ${node}`;
      await (isAlone ? asking : withDeadline(clock, signal, PATIENCE_MS, what, () => asking)).catch(
        (error: unknown) => {
          for (const one of some) fail(one, error);
        },
      );
    }),
  );
}
