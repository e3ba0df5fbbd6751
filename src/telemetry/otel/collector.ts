// Where the collector is and how it is spoken to. What is not read here (headers, certificates, compression, time limits) the SDK takes
// from the process's environment by itself; it has no other way to be told.
import type { Environment } from '../../config.ts';
import { ConfigError } from '../../errors.ts';
import type { Logger } from '../../log.ts';

export interface Collector {
  readonly protocol: 'grpc' | 'http/protobuf';
  /** What the exporter is told; without a url it is the SDK's default, a collector on this host. */
  readonly options: { readonly url?: string; readonly timeoutMillis: number };
}

/** Half of what the SDK would wait: as long as that a program that has ended may go on trying. */
const TIMEOUT_MS = 5_000;

/** By the specification of OTLP exporters: the signal's own variable wins; to the general endpoint HTTP adds the signal's path. */
export function collectorOf(env: Environment, signal: 'METRICS' | 'TRACES'): Collector {
  const given = (name: string): string | undefined => env[name]?.trim() || undefined;
  const own = (name: string) => given(`OTEL_EXPORTER_OTLP_${signal}_${name}`);
  const general = (name: string) => given(`OTEL_EXPORTER_OTLP_${name}`);
  // KEDA: grpc, or else HTTP.
  const protocol = (own('PROTOCOL') ?? general('PROTOCOL')) === 'grpc' ? 'grpc' : 'http/protobuf';
  const timeoutMillis = positive(own('TIMEOUT') ?? general('TIMEOUT')) ?? TIMEOUT_MS;
  const endpoint = own('ENDPOINT') ?? general('ENDPOINT');
  if (endpoint === undefined) return { protocol, options: { timeoutMillis } };
  if (protocol === 'grpc') return { protocol, options: { url: endpoint, timeoutMillis } };
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
    const field = `OTEL_EXPORTER_OTLP_${own('ENDPOINT') ? `${signal}_` : ''}ENDPOINT`;
    throw new ConfigError('OpenTelemetry', [
      { field, message: `expected http://… or https://…, found "${withoutUser(endpoint)}"` },
    ]);
  }
  const url = own('ENDPOINT') ? endpoint : `${endpoint.replace(/\/$/, '')}/v1/${signal.toLowerCase()}`;
  return { protocol, options: { url, timeoutMillis } };
}

interface Exporting<T> {
  export(items: T, done: (result: { code: number; error?: Error }) => void): void;
}

export interface Telling {
  readonly log: Logger;
  /** From then on a collector that does not answer is not asked again. */
  readonly stopping: AbortSignal;
}

const FAILED = 1;

/** Says once that the collector does not take what it is sent, and once that it does again. */
export function toldOnce<T, E extends Exporting<T>>(
  exporter: E,
  what: string,
  { options: { url = 'the default endpoint' } }: Collector,
  { log, stopping }: Telling,
): E {
  const send = exporter.export.bind(exporter);
  let isTaken = true;
  exporter.export = (items, done) => {
    if (!isTaken && stopping.aborted) return done({ code: FAILED });
    send(items, (result) => {
      const wasTaken = isTaken;
      isTaken = result.code !== FAILED;
      if (wasTaken && !isTaken) {
        // The text of the error may quote what the collector said.
        const { code } = (result.error ?? {}) as { readonly code?: unknown };
        log.warn(`the OpenTelemetry collector does not take ${what}; said once, until it does`, {
          collector: withoutUser(url),
          ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
        });
      }
      if (!wasTaken && isTaken) log.info(`the OpenTelemetry collector takes ${what} again`);
      done(result);
    });
  };
  return exporter;
}

/** An address may hold a password. */
function withoutUser(address: string): string {
  return address.replace(/^([^/]*\/\/)?[^/]*@/, '$1');
}

/** A positive number that a variable gives; undefined when it gives none. */
export function positive(text: string | undefined): number | undefined {
  const number = Number(text);
  return Number.isFinite(number) && number > 0 ? number : undefined;
}
