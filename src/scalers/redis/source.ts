// One Redis as scalers ask it: one connection for all of them, equal questions asked once, different ones in one pipeline.
import type { Cluster, Redis } from 'ioredis';
import { createSharing } from '../coalesce.ts';
import { isTranslated } from '../network-errors.ts';
import { createReopening } from '../reopening.ts';
import type { Lease, ScalerDeps } from '../scaler.ts';
import { sourceName } from '../source-id.ts';
import { openRedis, type RedisConnectionOptions } from './connection.ts';
import { type KnownAnswer, translateRedisError } from './errors.ts';
import { createNotifications, type WatchedKeys } from './notifications.ts';
import { connectionOf, type RedisKind, type RedisServer } from './parameters.ts';

export interface RedisQuestion<T = number> {
  /** Equal for equal questions only, lists and streams alike. */
  readonly key: string;
  /** What the server may answer instead of a number, and what that means here. */
  readonly refusals: readonly KnownAnswer[];
  /** The answer, for most a number, or the driver's error. `where` names the server. */
  ask(client: Redis | Cluster, where: string): Promise<T>;
}

export interface RedisSource {
  /** Rejects with a SluiceError. */
  ask<T>(question: RedisQuestion<T>, signal: AbortSignal): Promise<T>;
  /** See Scaler.watch. */
  watch(watched: WatchedKeys, wake: () => void, signal: AbortSignal): Promise<void>;
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
  const where = sourceName(sourceId);
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
  const notifications = createNotifications({ connection: options, where, clock });
  return {
    watch: notifications.watch,
    async ask({ key, refusals, ask }, signal) {
      try {
        return await share(key, async () => ask(await connection.get(), where), signal);
      } catch (error) {
        if (isTranslated(error, signal)) throw error;
        throw translateRedisError(where, error, refusals);
      }
    },
    async close() {
      await Promise.all([connection.close(), notifications.close()]);
    },
  };
}
