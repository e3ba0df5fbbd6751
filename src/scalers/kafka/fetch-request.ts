// The request that waits at the end of partitions until something is written: a consumer's, but as no member of a group.
import type { Api } from './requests.ts';

export interface FetchQuestion {
  /** How long the broker waits for something to tell. */
  readonly waitMs: number;
  readonly topics: readonly {
    readonly name: string;
    readonly partitions: readonly { readonly partition: number; readonly from: bigint }[];
  }[];
}

export interface FetchedTopic {
  readonly name: string;
  readonly partitions: readonly {
    readonly partition: number;
    readonly error: number;
    /** The high watermark; below 0 with an error. */
    readonly end: bigint;
  }[];
}

const NO_REPLICA = -1;
const READ_UNCOMMITTED = 0;
/** The broker sends a whole batch of messages of the first partition that has one all the same (KIP-74). */
const FEWEST_BYTES = 1;

/** Version 4 is the first that Kafka 4 still takes, and Kafka 1.0 does as well. */
export const fetchEnds: Api<FetchQuestion, readonly FetchedTopic[]> = {
  key: 1,
  name: 'Fetch',
  versions: [4],
  write: (w, { waitMs, topics }) =>
    w
      .int32(NO_REPLICA)
      .int32(waitMs)
      .int32(FEWEST_BYTES)
      .int32(FEWEST_BYTES)
      .int8(READ_UNCOMMITTED)
      .array(topics, ({ name, partitions }) =>
        w.string(name).array(partitions, ({ partition, from }) => w.int32(partition).int64(from).int32(FEWEST_BYTES)),
      ),
  read(r) {
    r.int32();
    return r.array(() => ({
      name: r.string() ?? '',
      partitions: r.array(() => {
        const [partition, error, end] = [r.int32(), r.int16(), r.int64()];
        r.int64();
        r.array(() => [r.int64(), r.int64()]);
        r.bytes(); // the messages themselves
        return { partition, error, end };
      }),
    }));
  },
};
