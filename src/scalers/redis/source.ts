// One Redis as scalers ask it: one connection for all of them, equal questions asked once, different ones in one pipeline.
import type { Cluster, Redis } from 'ioredis';
import { createSharing } from '../coalesce.ts';
import { isTranslated } from '../network-errors.ts';
import { createReopening } from '../reopening.ts';
import type { Lease, ScalerDeps } from '../scaler.ts';
import { openRedis, type RedisConnectionOptions } from './connection.ts';
import { type KnownAnswer, translateRedisError } from './errors.ts';
import { connectionOf, type RedisKind, type RedisServer } from './parameters.ts';

export interface RedisQuestion {
  /** Equal for equal questions only, lists and streams alike. */
  readonly key: string;
  /** What the server may answer instead of a number, and what that means here. */
  readonly refusals: readonly KnownAnswer[];
  /** One number, or the driver's error. `where` names the server. */
  ask(client: Redis | Cluster, where: string): Promise<number>;
}

export interface RedisSource {
  /** Rejects with a SluiceError. */
  ask(question: RedisQuestion, signal: AbortSignal): Promise<number>;
  close(): Promise<void>;
}

const OPEN_DEADLINE_MS = 10_000;

/** The source that all triggers with this `sourceId` share. */
export function leaseRedis(
  kind: RedisKind,
  config: RedisServer,
  sourceId: string,
  { clients, clock }: ScalerDeps,
): Promise<Lease<RedisSource>> {
  const where = sourceId.slice(0, sourceId.lastIndexOf('#'));
  return clients.share(
    sourceId,
    async () => createRedisSource(connectionOf(kind, config), where, clock),
    (source) => source.close(),
  );
}

function createRedisSource(options: RedisConnectionOptions, where: string, clock: ScalerDeps['clock']): RedisSource {
  const share = createSharing();
  const connection = createReopening<Redis | Cluster>({
    clock,
    deadlineMs: OPEN_DEADLINE_MS,
    what: where,
    open: (lost, signal) => openRedis(options, lost, signal),
    shut: async (client) => client.disconnect(),
  });
  return {
    async ask({ key, refusals, ask }, signal) {
      try {
        return await share(key, async () => ask(await connection.get(), where), signal);
      } catch (error) {
        if (isTranslated(error, signal)) throw error;
        throw translateRedisError(where, error, refusals);
      }
    },
    close: () => connection.close(),
  };
}
