// What groups have committed: each group is asked of the broker that coordinates it, all groups of one broker at once.
import { type AskDeps, askEach } from './ask-each.ts';
import type { Broker } from './broker.ts';
import { GROUP_ID_NOT_FOUND, protocolError, unreadable } from './errors.ts';
import { type Commits, findCoordinator, offsetFetch } from './requests.ts';

/** Offsets by topic and partition. */
export type Committed = ReadonlyMap<string, ReadonlyMap<number, bigint>>;

/** The first versions that take many groups; KIP-699 and KIP-709 (Kafka 3.0). */
const MANY_GROUPS = { findCoordinator: 4, offsetFetch: 8 };
const NOTHING = -1n;

/** Resolves to a lookup, which throws a SluiceError for a group that can't be told. `broker` is any of the cluster's. */
export async function fetchCommitted(
  deps: AskDeps,
  broker: Broker,
  groups: readonly string[],
  signal: AbortSignal,
): Promise<(group: string) => Committed> {
  const { where } = deps;
  const answers = new Map<string, () => Committed>();
  const fail = (group: string, error: unknown): void => {
    answers.set(group, () => {
      throw error;
    });
  };

  const byCoordinator = new Map<number, string[]>();
  for (const { group, node, error } of await coordinators()) {
    if (error !== 0) fail(group, protocolError(where, nameOf(group), error));
    else byCoordinator.set(node, [...(byCoordinator.get(node) ?? []), group]);
  }
  await askEach(deps, byCoordinator, fetchFrom, fail, signal);
  return (group) => {
    const answer = answers.get(group);
    if (answer === undefined) throw unreadable(where);
    return answer();
  };

  async function coordinators() {
    const isSingle = broker.versionOf(findCoordinator) < MANY_GROUPS.findCoordinator;
    return (await Promise.all(parts(isSingle, groups).map((some) => broker.ask(findCoordinator, some, signal)))).flat();
  }

  async function fetchFrom(coordinator: Broker, some: readonly string[]): Promise<void> {
    const isSingle = coordinator.versionOf(offsetFetch) < MANY_GROUPS.offsetFetch;
    const asked = parts(isSingle, some).map((few) => coordinator.ask(offsetFetch, few, signal));
    for (const commits of (await Promise.all(asked)).flat()) answers.set(commits.group, () => read(where, commits));
  }
}

function parts(isSingle: boolean, groups: readonly string[]): readonly (readonly string[])[] {
  return isSingle ? groups.map((group) => [group]) : [groups];
}

/** A group that nobody has ever heard of has committed nothing. */
function read(where: string, { group, error, topics }: Commits): Committed {
  if (error === GROUP_ID_NOT_FOUND) return new Map();
  if (error !== 0) throw protocolError(where, nameOf(group), error);
  const committed = new Map<string, ReadonlyMap<number, bigint>>();
  for (const { name, partitions } of topics) {
    const wrong = partitions.find((partition) => partition.error !== 0);
    if (wrong) throw protocolError(where, `partition ${wrong.partition} of ${JSON.stringify(name)}`, wrong.error);
    const known = partitions.filter(({ offset }) => offset > NOTHING);
    if (known.length > 0) committed.set(name, new Map(known.map(({ partition, offset }) => [partition, offset])));
  }
  return committed;
}

function nameOf(group: string): string {
  return `group ${JSON.stringify(group)}`;
}
