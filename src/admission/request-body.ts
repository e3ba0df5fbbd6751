// The text of a request, up to a size that no honest client needs.
import type { IncomingMessage } from 'node:http';

/** Undefined when there are more than `mostBytes`. Rejects when the client goes away, and with the signal's reason. */
export async function readBody(
  incoming: IncomingMessage,
  mostBytes: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  const chunks: Buffer[] = [];
  let size = 0;
  incoming.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > mostBytes) {
      chunks.length = 0; // the rest is read and dropped, so that the client hears the answer
      resolve(undefined);
    } else chunks.push(chunk);
  });
  incoming.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
  incoming.once('error', reject);
  incoming.once('close', () => reject(new Error('the client went away')));
  const give = (): void => reject(signal.reason);
  signal.addEventListener('abort', give, { once: true });
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', give);
  }
}
