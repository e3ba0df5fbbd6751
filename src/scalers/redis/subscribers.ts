// Connections that only listen: one to each server that holds keys, because a server tells of its own keys alone.
import type { Redis } from 'ioredis';
import { openRedis, type RedisConnectionOptions } from './connection.ts';

/**
 * One connection to the server or to the master that sentinels name, one to every master of a cluster. `lost` is called when one of
 * them ends; the others are the caller's to close then.
 */
export async function openSubscribers(
  options: RedisConnectionOptions,
  lost: () => void,
  signal: AbortSignal,
): Promise<readonly Redis[]> {
  const client = await openRedis(options, lost, signal);
  if (!('nodes' in client)) return [client];
  const subscribers = client.nodes('master').map((node) => node.duplicate());
  const close = (): void => {
    for (const subscriber of subscribers) subscriber.disconnect();
  };
  client.removeListener('end', lost);
  signal.addEventListener('abort', close, { once: true });
  try {
    await Promise.all(subscribers.map((subscriber) => connect(subscriber, lost)));
    return subscribers;
  } catch (error) {
    close();
    throw error;
  } finally {
    signal.removeEventListener('abort', close);
    client.disconnect();
  }
}

async function connect(subscriber: Redis, lost: () => void): Promise<void> {
  subscriber.on('error', () => {});
  subscriber.once('end', lost);
  await subscriber.connect();
}
