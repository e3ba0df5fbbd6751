// Every version of every request that is described here, asked of a real broker: older brokers know only the older ones.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/async.ts';
import { type Broker, openBroker } from '../../src/scalers/kafka/broker.ts';
import { fetchEnds } from '../../src/scalers/kafka/fetch-request.ts';
import { saslHandshake } from '../../src/scalers/kafka/login-requests.ts';
import {
  type Api,
  EARLIEST,
  findCoordinator,
  LATEST,
  listOffsets,
  metadata,
  offsetFetch,
} from '../../src/scalers/kafka/requests.ts';
import { whereInstalled } from '../support/brokers.ts';
import { hasKafka, type KafkaCluster, startKafka } from '../support/kafka.ts';

const never = new AbortController().signal;
const versionsOf = ({ versions }: Api<never, unknown>): readonly number[] => versions;

whereInstalled(
  hasKafka,
  'Kafka',
  describe,
)('a version of the protocol', () => {
  let kafka: KafkaCluster;
  let broker: Broker;

  beforeAll(async () => {
    kafka = await startKafka();
    await kafka.createTopic('orders', 2);
    await kafka.produce('orders', 5, 1);
    await kafka.commit('größe', 'orders', [0, 2]);
    await kafka.commit('other', 'orders', [0, 5]);
    const address = { host: '127.0.0.1', port: kafka.ports.plain };
    const options = { tls: undefined, login: undefined, clock: systemClock, where: 'kafka' };
    broker = await openBroker(address, options, () => {}, never);
  }, 60_000);
  afterAll(async () => {
    broker.end();
    await kafka.stop();
  });

  /** Asks in that version, and in no other. */
  const ask = <Q, A>(api: Api<Q, A>, version: number, question: Q): Promise<A> =>
    broker.ask({ ...api, versions: [version] }, question, never);

  it.each(versionsOf(metadata))('%i of Metadata tells brokers, leaders, and what is not there', async (version) => {
    expect(await ask(metadata, version, ['orders', 'none'])).toEqual({
      brokers: [{ node: 1, host: '127.0.0.1', port: kafka.ports.plain }],
      topics: expect.arrayContaining([
        {
          name: 'orders',
          error: 0,
          partitions: expect.arrayContaining([
            { partition: 0, error: 0, leader: 1 },
            { partition: 1, error: 0, leader: 1 },
          ]),
        },
        { name: 'none', error: 3, partitions: [] },
      ]),
    });
    expect((await ask(metadata, version, [])).topics).toEqual([]);
  });

  it.each(versionsOf(findCoordinator))('%i of FindCoordinator tells who coordinates a group', async (version) => {
    const groups = version < 4 ? ['größe'] : ['größe', 'other'];
    expect(await ask(findCoordinator, version, groups)).toEqual(groups.map((group) => ({ group, node: 1, error: 0 })));
  });

  it.each(versionsOf(offsetFetch))('%i of OffsetFetch tells all that a group has committed', async (version) => {
    const groups = version < 8 ? ['größe'] : ['größe', 'nobody'];
    const [known, unknown] = await ask(offsetFetch, version, groups);
    const partitions = expect.arrayContaining([
      { partition: 0, offset: 0n, error: 0 },
      { partition: 1, offset: 2n, error: 0 },
    ]);
    expect(known).toEqual({ group: 'größe', error: 0, topics: [{ name: 'orders', partitions }] });
    if (version >= 8) expect(unknown).toEqual({ group: 'nobody', error: 0, topics: [] });
  });

  it.each(versionsOf(listOffsets))('%i of ListOffsets tells where partitions begin and end', async (version) => {
    const topics = [{ name: 'orders', partitions: [1] }];
    for (const [at, offset] of [
      [LATEST, 5n],
      [EARLIEST, 0n],
    ] as const) {
      const partitions = [{ partition: 1, error: 0, offset }];
      expect(await ask(listOffsets, version, { at, topics })).toEqual([{ name: 'orders', partitions }]);
    }
    expect(
      (await ask(listOffsets, version, { at: LATEST, topics: [{ name: 'none', partitions: [0] }] }))[0],
    ).toMatchObject({
      partitions: [{ error: 3 }],
    });
  });

  it.each(versionsOf(fetchEnds))('%i of Fetch tells the end, and that of what has grown', async (version) => {
    const topics = [{ name: 'orders', partitions: [{ partition: 1, from: 5n }] }];
    expect(await ask(fetchEnds, version, { waitMs: 1, topics })).toMatchObject([
      { name: 'orders', partitions: [{ partition: 1, error: 0, end: 5n }] },
    ]);
  });

  it('that nobody knows is refused with what both sides know', async () => {
    await expect(ask(metadata, 99, [])).rejects.toMatchObject({
      code: 'SOURCE_ANSWER',
      message: expect.stringMatching(
        /^kafka: expected a broker that knows Metadata 99 to 99, found one with 0 to \d+$/,
      ),
    });
  });

  it('of SaslHandshake is known to a broker without SASL, which refuses it', async () => {
    expect(await ask(saslHandshake, 1, 'PLAIN')).toMatchObject({ error: 34 });
  });
});
