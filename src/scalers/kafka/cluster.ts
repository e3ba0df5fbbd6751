// The brokers of one cluster: a connection to each that is needed, opened when it is first asked, and any of them for what all know.
import { type Clock, withDeadline } from '../../async.ts';
import { AuthError, type SluiceError, SourceUnavailableError, toSluiceError } from '../../errors.ts';
import { createReopening, type Reopening } from '../reopening.ts';
import type { KafkaAccess, KafkaAddress } from './access.ts';
import { type Broker, type Login, openBroker } from './broker.ts';
import type { Metadata } from './requests.ts';

export interface Cluster {
  /**
   * What `use` comes to with a broker that answers: first the one that did the last time, then those that are connected, then those to
   * begin with. Rejects when there is none.
   */
  anyone<T>(use: (broker: Broker) => Promise<T>, signal: AbortSignal): Promise<T>;
  /** The broker with this number, of which learn() has told. */
  broker(node: number): Promise<Broker>;
  learn(brokers: Metadata['brokers']): void;
  close(): Promise<void>;
}

const OPEN_DEADLINE_MS = 10_000;
/** Before another one is tried as well: a broker that is dead in silence must not cost a reading. */
const PATIENCE_MS = 1_000;

export function createCluster({
  access,
  login,
  where,
  clock,
}: {
  readonly access: KafkaAccess;
  readonly login: Login | undefined;
  /** Names the cluster in errors. */
  readonly where: string;
  readonly clock: Clock;
}): Cluster {
  const first = new Set(access.brokers.map(nameOf));
  const links = new Map<string, Reopening<Broker>>();
  let nodes: ReadonlyMap<number, KafkaAddress> = new Map();
  let answered: string | undefined;
  let isClosed = false;

  function open(address: KafkaAddress): Reopening<Broker> {
    const what = `kafka:${nameOf(address)}`;
    return createReopening({
      clock,
      deadlineMs: OPEN_DEADLINE_MS,
      what,
      open: (lost, signal) => openBroker(address, { tls: access.tls, login, clock, where: what }, lost, signal),
      shut: async (broker) => broker.end(),
    });
  }

  async function connected(address: KafkaAddress): Promise<Broker> {
    const name = nameOf(address);
    for (;;) {
      if (isClosed) throw new SourceUnavailableError(`${where}: the source was closed`);
      const link = links.get(name) ?? open(address);
      links.set(name, link);
      const broker = await link.get();
      if (broker.isGood()) return broker;
      // Several may come upon it: the first one takes it away.
      if (links.get(name) === link) links.delete(name);
      await link.close();
    }
  }

  function candidates(): readonly KafkaAddress[] {
    const all = [...nodes.values(), ...access.brokers].map((address) => [nameOf(address), address] as const);
    const rank = (name: string): number => (name === answered ? 0 : links.has(name) ? 1 : first.has(name) ? 2 : 3);
    return [...new Map(all)].toSorted(([a], [b]) => rank(a) - rank(b)).map(([, address]) => address);
  }

  return {
    async anyone<T>(use: (broker: Broker) => Promise<T>, signal: AbortSignal): Promise<T> {
      const trying: Promise<T>[] = [];
      let problem: SluiceError | undefined;
      for (const address of candidates()) {
        const attempt = connected(address).then(use);
        attempt.catch(() => {});
        trying.push(attempt);
        try {
          const answer = await withDeadline(clock, signal, PATIENCE_MS, `kafka:${nameOf(address)}`, () => attempt);
          answered = nameOf(address);
          return answer;
        } catch (error) {
          // The others would refuse us as well, and count one more attempt.
          if (signal.aborted || error instanceof AuthError) throw error;
          problem ??= toSluiceError(error, where);
        }
      }
      return Promise.any(trying).catch(() => {
        throw problem ?? new SourceUnavailableError(`${where}: there is no broker`);
      });
    },
    async broker(node) {
      const address = nodes.get(node);
      if (address) return connected(address);
      throw new SourceUnavailableError(`${where}: broker ${node} is not there at the moment`);
    },
    learn(brokers) {
      nodes = new Map(brokers.map(({ node, host, port }) => [node, { host, port }]));
      const names = new Set(brokers.map(nameOf));
      for (const [name, link] of links) {
        if (names.has(name) || first.has(name)) continue;
        links.delete(name);
        void link.close();
      }
    },
    async close() {
      isClosed = true;
      await Promise.all([...links.values()].map((link) => link.close()));
      links.clear();
    },
  };
}

export function nameOf({ host, port }: KafkaAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
