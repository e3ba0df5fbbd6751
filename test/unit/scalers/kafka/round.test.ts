import { describe, expect, it } from '@jest/globals';
import { SourceUnavailableError } from '../../../../src/errors.ts';
import type { Broker } from '../../../../src/scalers/kafka/broker.ts';
import type { Cluster } from '../../../../src/scalers/kafka/cluster.ts';
import type { KafkaQuestion } from '../../../../src/scalers/kafka/offsets.ts';
import {
  type Api,
  findCoordinator,
  listOffsets,
  metadata,
  offsetFetch,
} from '../../../../src/scalers/kafka/requests.ts';
import { askRound } from '../../../../src/scalers/kafka/round.ts';
import { createFakeClock } from '../../../support/clock.ts';

const never = new AbortController().signal;

interface World {
  /** By topic: the partitions in order, their ends, and who leads them; or the error of the topic. */
  readonly topics?: Readonly<
    Record<
      string,
      | readonly { readonly end?: bigint; readonly start?: bigint; readonly leader?: number; readonly error?: number }[]
      | number
    >
  >;
  /** By group: what is committed, by topic and partition; or the error that the coordinator answers. */
  readonly groups?: Readonly<Record<string, Readonly<Record<string, readonly bigint[]>> | number>>;
  /** By group: the error with which its coordinator is not told. */
  readonly coordinators?: Readonly<Record<string, number>>;
  readonly down?: readonly number[];
  /** Versions that take one group only. */
  readonly old?: boolean;
}

/** A cluster of two brokers that answer from `world`; group coordinators are on broker 2. */
function createFake({ topics = {}, groups = {}, coordinators = {}, down = [], old = false }: World) {
  const asked: string[] = [];
  const partitionsOf = (name: string) => {
    const known = topics[name] ?? 3;
    return typeof known === 'number' ? [] : known;
  };
  const answers = new Map<Api<never, unknown>, (question: never, node: number) => unknown>([
    [
      metadata,
      (names: readonly string[]) => ({
        brokers: [1, 2].map((node) => ({ node, host: `b${node}`, port: 9092 })),
        topics: names.map((name) => ({
          name,
          error: typeof topics[name] === 'object' ? 0 : (topics[name] ?? 3),
          partitions: partitionsOf(name).map(({ leader = 1 }, partition) => ({
            partition,
            leader,
            error: leader < 0 ? 5 : 0,
          })),
        })),
      }),
    ],
    [
      findCoordinator,
      (names: readonly string[]) => names.map((group) => ({ group, node: 2, error: coordinators[group] ?? 0 })),
    ],
    [
      offsetFetch,
      (names: readonly string[]) =>
        names.map((group) => {
          const known = groups[group] ?? {};
          if (typeof known === 'number') return { group, error: known, topics: [] };
          const committed = Object.entries(known).map(([name, offsets]) => ({
            name,
            partitions: offsets.map((offset, partition) => ({ partition, offset, error: 0 })),
          }));
          return { group, error: 0, topics: committed };
        }),
    ],
    [
      listOffsets,
      ({ at, topics: wanted }: { at: bigint; topics: readonly { name: string; partitions: readonly number[] }[] }) =>
        wanted.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map((partition) => {
            const { end = 0n, start = 0n, error = 0 } = partitionsOf(name)[partition] ?? {};
            return { partition, error, offset: at === -1n ? end : start };
          }),
        })),
    ],
  ] as never);
  const broker = (node: number): Broker => ({
    async ask(api, question) {
      asked.push(
        `${node} ${api.name} ${JSON.stringify(question, (_, v: unknown) => (typeof v === 'bigint' ? Number(v) : v))}`,
      );
      return answers.get(api as never)?.(question as never, node) as never;
    },
    versionOf: ({ versions }) => (old ? versions[0] : (versions.at(-1) ?? 0)),
    isGood: () => true,
    end: () => {},
  });
  const cluster: Cluster = {
    anyone: (use) => use(broker(1)),
    async broker(node) {
      if (down.includes(node)) throw new SourceUnavailableError(`broker ${node} is down`);
      return broker(node);
    },
    learn: () => {},
    close: async () => {},
  };
  return {
    asked,
    round: (questions: readonly KafkaQuestion[]) =>
      askRound({ cluster, clock: createFakeClock(), where: 'kafka' }, questions, never),
  };
}

const question = (
  group: string,
  topics: KafkaQuestion['topics'],
  more: Partial<KafkaQuestion> = {},
): KafkaQuestion => ({
  group,
  topics,
  partitions: undefined,
  wantsStart: false,
  ...more,
});

describe('a round of requests', () => {
  it('asks each broker once, whatever the number of questions', async () => {
    const { asked, round } = createFake({
      topics: { a: [{ end: 5n }, { end: 6n, leader: 2 }], b: [{ end: 7n }] },
      groups: { g: { a: [1n, 2n] }, h: { b: [3n], a: [0n, 0n] } },
    });
    const questions = [question('g', ['a']), question('h', 'committed'), question('g', ['a', 'b'])];
    const answer = await round(questions);
    expect(questions.map((one) => Object.fromEntries(answer(one).topics))).toEqual([
      {
        a: [
          { partition: 0, end: 5n, committed: 1n },
          { partition: 1, end: 6n, committed: 2n },
        ],
      },
      {
        b: [{ partition: 0, end: 7n, committed: 3n }],
        a: [
          { partition: 0, end: 5n, committed: 0n },
          { partition: 1, end: 6n, committed: 0n },
        ],
      },
      {
        a: [
          { partition: 0, end: 5n, committed: 1n },
          { partition: 1, end: 6n, committed: 2n },
        ],
        b: [{ partition: 0, end: 7n, committed: undefined }],
      },
    ]);
    // What is committed comes before the ends, so that it isn't ahead of them.
    expect(asked).toEqual([
      '1 Metadata ["a","b"]',
      '1 FindCoordinator ["g","h"]',
      '2 OffsetFetch ["g","h"]',
      '1 ListOffsets {"at":-1,"topics":[{"name":"a","partitions":[0]},{"name":"b","partitions":[0]}]}',
      '2 ListOffsets {"at":-1,"topics":[{"name":"a","partitions":[1]}]}',
    ]);
  });

  it('asks for one group at a time where the broker takes no more', async () => {
    const { asked, round } = createFake({ topics: { a: [{}] }, groups: { g: { a: [1n] }, h: { a: [2n] } }, old: true });
    const answer = await round([question('g', ['a']), question('h', ['a'])]);
    expect(answer(question('h', ['a'])).topics.get('a')).toEqual([{ partition: 0, end: 0n, committed: 2n }]);
    expect(asked.filter((line) => /FindCoordinator|OffsetFetch/.test(line))).toEqual([
      '1 FindCoordinator ["g"]',
      '1 FindCoordinator ["h"]',
      '2 OffsetFetch ["g"]',
      '2 OffsetFetch ["h"]',
    ]);
  });

  it('asks for the topics that it only learns of from the commits', async () => {
    const { asked, round } = createFake({
      topics: { a: [{ end: 4n }] },
      groups: { g: { a: [1n], gone: [9n], never: [-1n] } },
    });
    const answer = await round([question('g', 'committed')]);
    expect([...answer(question('g', 'committed')).topics.keys()]).toEqual(['a']);
    expect(asked.filter((line) => line.includes('Metadata'))).toEqual(['1 Metadata []', '1 Metadata ["a","gone"]']);
  });

  it('asks where partitions begin only for those without a commit that can be used', async () => {
    const { asked, round } = createFake({
      topics: {
        a: [
          { end: 5n, start: 1n },
          { end: 5n, start: 2n },
          { end: 5n, start: 3n },
        ],
        b: [{}],
      },
      groups: { g: { a: [5n, 6n, -1n] } },
    });
    const wanting = question('g', ['a'], { wantsStart: true });
    const answer = await round([wanting, question('g', ['b'])]);
    expect(answer(wanting).topics.get('a')).toEqual([
      { partition: 0, end: 5n, committed: 5n },
      { partition: 1, end: 5n, committed: 6n, start: 2n },
      { partition: 2, end: 5n, committed: undefined, start: 3n },
    ]);
    expect(asked.at(-1)).toBe('1 ListOffsets {"at":-2,"topics":[{"name":"a","partitions":[1,2]}]}');
  });

  it('tells only the partitions that are asked for', async () => {
    const { round } = createFake({ topics: { a: [{ end: 1n }, { end: 2n }, { end: 3n, leader: -1 }] } });
    const some = question('g', ['a'], { partitions: [1, 7] });
    expect((await round([some]))(some).topics.get('a')).toEqual([{ partition: 1, end: 2n, committed: undefined }]);
  });

  const world: World = {
    topics: {
      fine: [{ end: 1n }],
      secret: 29,
      'in valid': 17,
      leaderless: [{ leader: -1 }],
      moved: [{ error: 6 }],
      'led by 2': [{ leader: 2 }],
    },
    groups: { g: { fine: [0n] }, loading: 14 },
    coordinators: { foreign: 30, lost: 15, odd: 1234 },
  };
  const UNAVAILABLE = 'SOURCE_UNAVAILABLE';
  it.each<readonly [string, string, string, string]>([
    [
      'g',
      'secret',
      'AUTH_FAILED',
      'topic "secret" may not be looked at by this account; allow it the operation Describe on the topic (TOPIC_AUTHORIZATION_FAILED)',
    ],
    ['g', 'in valid', 'SOURCE_ANSWER', 'topic "in valid" is no name that a topic can have (INVALID_TOPIC_EXCEPTION)'],
    [
      'g',
      'leaderless',
      UNAVAILABLE,
      'partition 0 of topic "leaderless" has no leader at the moment (LEADER_NOT_AVAILABLE)',
    ],
    ['g', 'moved', UNAVAILABLE, 'partition 0 of topic "moved" has just got another leader (NOT_LEADER_OR_FOLLOWER)'],
    [
      'loading',
      'fine',
      UNAVAILABLE,
      'group "loading" has a coordinator that is still loading (COORDINATOR_LOAD_IN_PROGRESS)',
    ],
    [
      'foreign',
      'fine',
      'AUTH_FAILED',
      'group "foreign" may not be looked at by this account; allow it the operation Describe on the group (GROUP_AUTHORIZATION_FAILED)',
    ],
    ['lost', 'fine', UNAVAILABLE, 'group "lost" has no coordinator at the moment (COORDINATOR_NOT_AVAILABLE)'],
    ['odd', 'fine', 'SOURCE_ANSWER', 'group "odd" was refused by the broker (error 1234)'],
  ])('fails the question of group %s for topic %s alone', async (group, topic, code, message) => {
    const { round } = createFake(world);
    const [fine, wrong] = [
      question('g', ['fine'], { wantsStart: true }),
      question(group, [topic], { wantsStart: true }),
    ];
    const answer = await round([fine, wrong, question(group, 'committed')]);
    expect(answer(fine).topics.get('fine')).toEqual([{ partition: 0, end: 1n, committed: 0n }]);
    expect(() => answer(wrong)).toThrow(expect.objectContaining({ code, message: `kafka: ${message}` }));
  });

  it('fails what a broker that is down leads or coordinates, and nothing else', async () => {
    const { round } = createFake({ ...world, down: [2] });
    const answer = await round([question('g', ['fine'])]);
    expect(() => answer(question('g', ['fine']))).toThrow('broker 2 is down');
    const other = createFake({ ...world, down: [1] });
    const told = await other.round([question('g', ['fine']), question('g', ['led by 2'])]);
    expect(() => told(question('g', ['fine']))).toThrow('broker 1 is down');
    expect(told(question('g', ['led by 2'])).topics.get('led by 2')).toEqual([
      { partition: 0, end: 0n, committed: undefined },
    ]);
  });
});
