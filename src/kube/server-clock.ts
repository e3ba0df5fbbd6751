// What time the API server has.
import type { Clock } from '../async.ts';
import type { Connection } from './connection.ts';

/** By how many milliseconds the server's clock is ahead of ours, to a second; undefined when that can't be told. */
export async function clockSkewMs(
  connection: Connection,
  clock: Clock,
  signal: AbortSignal,
): Promise<number | undefined> {
  const { origin, pathname } = new URL(connection.server);
  const askedAt = clock.now();
  const answer = await connection.dispatcher
    .request({
      origin,
      path: `${pathname.replace(/\/$/, '')}/version`,
      method: 'GET',
      headers: { ...(await connection.headers()) },
      signal,
    })
    .catch(() => undefined);
  signal.throwIfAborted();
  await answer?.body.dump();
  const serverMs = Date.parse([answer?.headers['date']].flat()[0] ?? '');
  // It was cut off to a second somewhere between question and answer.
  return Number.isNaN(serverMs) ? undefined : serverMs + 500 - (askedAt + clock.now()) / 2;
}
