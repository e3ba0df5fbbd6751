// What is asked of a Kafka broker, and how each version of a question and its answer is laid out: https://kafka.apache.org/protocol
// Everything that Kafka 1.0 to 4 and its look-alikes understand, and nothing that could change anything at the broker.
import type { WireReader, WireWriter } from './wire-types.ts';

/** One kind of request. */
export interface Api<Q, A> {
  readonly key: number;
  readonly name: string;
  /** The versions that are described here, oldest first. */
  readonly versions: readonly [number, ...number[]];
  /** KIP-482; undefined when none of them is. */
  readonly flexibleFrom?: number;
  write(w: WireWriter, question: Q, version: number): unknown;
  read(r: WireReader, version: number, question: Q): A;
}

export interface TopicPartitions {
  readonly name: string;
  readonly partitions: readonly number[];
}

/** Which versions of which request the broker takes, by the key of the request. */
export const apiVersions: Api<undefined, ReadonlyMap<number, { readonly min: number; readonly max: number }>> = {
  key: 18,
  name: 'ApiVersions',
  versions: [0],
  write: () => {},
  read(r) {
    r.int16();
    return new Map(r.array(() => [r.int16(), { min: r.int16(), max: r.int16() }]));
  },
};

export interface Metadata {
  readonly brokers: readonly { readonly node: number; readonly host: string; readonly port: number }[];
  readonly topics: readonly {
    readonly name: string;
    readonly error: number;
    readonly partitions: readonly { readonly partition: number; readonly error: number; readonly leader: number }[];
  }[];
}

/** Null asks for every topic that the account may see. */
export const metadata: Api<readonly string[] | null, Metadata> = {
  key: 3,
  name: 'Metadata',
  versions: [4, 5, 6, 7],
  // The last one forbids to make the topics that don't exist.
  write: (w, topics) => w.array(topics, (name) => w.string(name)).int8(0),
  read(r, version) {
    r.int32();
    const brokers = r.array(() => {
      const broker = { node: r.int32(), host: r.string() ?? '', port: r.int32() };
      r.string();
      return broker;
    });
    r.string();
    r.int32();
    const topics = r.array(() => {
      const topic = { error: r.int16(), name: r.string() ?? '' };
      r.int8();
      return { ...topic, partitions: r.array(() => readPartition(r, version)) };
    });
    return { brokers, topics };
  },
};

function readPartition(r: WireReader, version: number) {
  const found = { error: r.int16(), partition: r.int32(), leader: r.int32() };
  if (version >= 7) r.int32();
  r.array(() => r.int32());
  r.array(() => r.int32());
  if (version >= 5) r.array(() => r.int32());
  return found;
}

export interface Coordinator {
  readonly group: string;
  readonly node: number;
  readonly error: number;
}

const GROUP = 0;

/** Before version 4 it takes one group only. */
export const findCoordinator: Api<readonly string[], readonly Coordinator[]> = {
  key: 10,
  name: 'FindCoordinator',
  versions: [1, 2, 4],
  flexibleFrom: 3,
  write: (w, groups, version) =>
    version < 4
      ? w.string(groups[0] ?? '').int8(GROUP)
      : w
          .int8(GROUP)
          .array(groups, (group) => w.string(group))
          .tags(),
  read(r, version, [only = '']) {
    r.int32();
    if (version < 4) {
      const error = r.int16();
      r.string();
      return [{ group: only, error, node: r.int32() }];
    }
    return r.array(() => {
      const [group, node] = [r.string() ?? '', r.int32()];
      r.string();
      r.int32();
      const error = r.int16();
      r.string();
      r.tags();
      return { group, node, error };
    });
  },
};

export interface Commits {
  readonly group: string;
  readonly error: number;
  readonly topics: readonly {
    readonly name: string;
    readonly partitions: readonly { readonly partition: number; readonly error: number; readonly offset: bigint }[];
  }[];
}

/** All that the groups have committed, of every topic; before version 8 it takes one group only. */
export const offsetFetch: Api<readonly string[], readonly Commits[]> = {
  key: 9,
  name: 'OffsetFetch',
  versions: [2, 3, 4, 5, 8],
  flexibleFrom: 6,
  write: (w, groups, version) =>
    version < 8
      ? w.string(groups[0] ?? '').array(null, () => {})
      : w
          .array(groups, (group) =>
            w
              .string(group)
              .array(null, () => {})
              .tags(),
          )
          .int8(0)
          .tags(),
  read(r, version, [only = '']) {
    if (version >= 3) r.int32();
    if (version < 8) {
      const topics = readCommits(r, version);
      return [{ group: only, topics, error: r.int16() }];
    }
    return r.array(() => {
      const group = r.string() ?? '';
      const commits = { group, topics: readCommits(r, version), error: r.int16() };
      r.tags();
      return commits;
    });
  },
};

function readCommits(r: WireReader, version: number): Commits['topics'] {
  return r.array(() => {
    const name = r.string() ?? '';
    const partitions = r.array(() => {
      const [partition, offset] = [r.int32(), r.int64()];
      if (version >= 5) r.int32();
      r.string();
      const error = r.int16();
      r.tags();
      return { partition, offset, error };
    });
    r.tags();
    return { name, partitions };
  });
}

export const LATEST = -1n;
export const EARLIEST = -2n;

export interface ListedOffsets {
  readonly name: string;
  readonly partitions: readonly { readonly partition: number; readonly error: number; readonly offset: bigint }[];
}

/** Where partitions end (LATEST: the high watermark) or begin (EARLIEST); asked of their leader alone. */
export const listOffsets: Api<
  { readonly at: typeof LATEST | typeof EARLIEST; readonly topics: readonly TopicPartitions[] },
  readonly ListedOffsets[]
> = {
  key: 2,
  name: 'ListOffsets',
  versions: [2, 3, 4, 5],
  write: (w, { at, topics }, version) =>
    w
      .int32(-1)
      .int8(0)
      .array(topics, ({ name, partitions }) =>
        w.string(name).array(partitions, (partition) => {
          w.int32(partition);
          if (version >= 4) w.int32(-1);
          w.int64(at);
        }),
      ),
  read(r, version) {
    r.int32();
    return r.array(() => ({
      name: r.string() ?? '',
      partitions: r.array(() => {
        const [partition, error] = [r.int32(), r.int16()];
        r.int64();
        const offset = r.int64();
        if (version >= 4) r.int32();
        return { partition, error, offset };
      }),
    }));
  },
};
