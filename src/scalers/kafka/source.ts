// One Kafka cluster under one identity, as triggers ask it: the questions of one moment become one round of requests.
import { createBatcher } from '../coalesce.ts';
import type { ScalerDeps } from '../scaler.ts';
import type { KafkaAccess } from './access.ts';
import { createCluster } from './cluster.ts';
import { createFollower } from './follow.ts';
import { createLogin } from './identity.ts';
import type { GroupOffsets, KafkaQuestion, KafkaSource } from './offsets.ts';
import { askRound } from './round.ts';

const WINDOW_MS = 5;
/** Of a whole round; connections that still owe an answer then are given up. */
const DEADLINE_MS = 15_000;

/** `where` names the cluster in errors. */
export function createKafkaSource(access: KafkaAccess, where: string, deps: ScalerDeps): KafkaSource {
  const { clock } = deps;
  const identity = createLogin(access, where, deps);
  const open = () => createCluster({ access, login: identity?.login, where, clock });
  const cluster = open();
  const follower = createFollower({ open, where, clock });
  const batcher = createBatcher<KafkaQuestion, GroupOffsets>({
    clock,
    windowMs: WINDOW_MS,
    deadlineMs: DEADLINE_MS,
    what: where,
    answer: (questions, signal) => askRound({ cluster, clock, where }, questions, signal),
  });
  return {
    ask: (question, signal) => batcher.ask(question, signal),
    watch: follower.watch,
    async close() {
      batcher.close();
      await Promise.all([follower.close(), cluster.close(), identity?.close()]);
    },
  };
}
