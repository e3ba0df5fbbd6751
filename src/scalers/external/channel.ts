// What one external scaler is asked under one identity: one line for its answers, and one for its streams.
import type { Clock } from '../../async.ts';
import { SourceUnavailableError } from '../../errors.ts';
import type { Lease, ScalerDeps } from '../scaler.ts';
import type { TlsOptions } from '../tls.ts';
import { createLine, type Grpc } from './line.ts';
import type { Method } from './messages.ts';
import { type Status, statusError } from './status.ts';

export interface ExternalServer {
  /** Names address and identity in the pool; no secret in it. */
  readonly key: string;
  /** As the user wrote it: `host:port`. */
  readonly address: string;
  /** Undefined: no TLS. */
  readonly tls: TlsOptions | undefined;
}

export interface Channel {
  /** One question, one answer. `what` names the question in errors. */
  ask<Q, A>(method: Method<Q, A>, question: Q, what: string, signal: AbortSignal): Promise<A>;
  /** `begun`: there is a connection. Resolves when the server ends the stream in order, and rejects when it breaks. */
  listen<Q, A>(
    method: Method<Q, A>,
    question: Q,
    options: { readonly what: string; readonly begun?: () => void; readonly hear: (message: A) => void },
    signal: AbortSignal,
  ): Promise<void>;
  close(): void;
}

/** A read ends earlier, by its own deadline; this tells the server when nobody can be waiting any more. */
const LONGEST_CALL_MS = 60_000;

export function leaseChannel(server: ExternalServer, { clients, clock }: ScalerDeps): Promise<Lease<Channel>> {
  return clients.share(
    server.key,
    async () => createChannel(server, await import('@grpc/grpc-js'), clock),
    async (channel) => channel.close(),
  );
}

function createChannel({ address, tls }: ExternalServer, grpc: Grpc, clock: Clock): Channel {
  const calls = createLine(grpc, address, tls);
  // Of its own, because a server may allow few streams at once on a connection, a hundred for example.
  const streams = createLine(grpc, address, tls);
  const underWay = new Set<(reason: unknown) => void>();
  /** What the library itself ends calls with; every other code comes from the server. */
  const isOurs = new Set([grpc.status.CANCELLED, grpc.status.DEADLINE_EXCEEDED, grpc.status.UNAVAILABLE]);
  let heardAt = Number.NEGATIVE_INFINITY;
  let listening = 0;

  function hangUp(why: string): void {
    for (const end of underWay) end(new SourceUnavailableError(`external scaler ${address}: ${why}`));
    calls.hangUp();
    streams.hangUp();
  }

  /** A call from its beginning to its end; `begin` returns how to cancel it. */
  async function run<T>(
    what: string,
    signal: AbortSignal,
    begin: (resolve: (value: T) => void, fail: (status: Status) => void) => () => void,
  ): Promise<T> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const cancel = begin(resolve, (status) => reject(statusError(what, status)));
    const end = (reason: unknown): void => {
      reject(reason);
      cancel();
    };
    const onAbort = (): void => end(signal.reason);
    underWay.add(end);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await promise;
    } finally {
      underWay.delete(end);
      signal.removeEventListener('abort', onAbort);
    }
  }

  return {
    async ask({ name, encode, decode }, question, what, signal) {
      const startedAt = clock.now();
      try {
        return await run(what, signal, (resolve, fail) => {
          const options = { deadline: startedAt + LONGEST_CALL_MS };
          const metadata = new grpc.Metadata();
          const call = calls
            .client()
            .makeUnaryRequest(pathOf(name), encode, decode, question, metadata, options, (error, answer) => {
              if (!error || !isOurs.has(error.code)) heardAt = clock.now();
              if (error) fail(error);
              else if (answer === undefined) fail({ code: grpc.status.INTERNAL, details: '' });
              else resolve(answer);
            });
          return () => call.cancel();
        });
      } catch (error) {
        // A peer that was not heard at all may be gone without a word; a connection that is only slow stays.
        const isOverdue = error instanceof SourceUnavailableError && error.code === 'SOURCE_TIMEOUT';
        if (isOverdue && heardAt < startedAt) hangUp('the server is silent');
        throw error;
      }
    },
    async listen({ name, encode, decode }, question, { what, begun, hear }, signal) {
      listening++;
      try {
        await run<void>(what, signal, (resolve, fail) => {
          const client = streams.client();
          const stream = client.makeServerStreamRequest(pathOf(name), encode, decode, question);
          if (begun) client.waitForReady(clock.now() + LONGEST_CALL_MS, (error) => !error && begun());
          stream.on('data', hear);
          stream.on('error', fail);
          stream.on('end', () => resolve());
          return () => stream.cancel();
        });
      } finally {
        if (--listening === 0) streams.hangUp();
      }
    },
    close: () => hangUp('the source was closed'),
  };
}

function pathOf(method: string): string {
  return `/externalscaler.ExternalScaler/${method}`;
}
