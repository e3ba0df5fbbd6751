// What the demo needs of its broker, and what a broker may need of the demo.
import type { Clock } from '../../async.ts';
import { ConfigError } from '../../errors.ts';
import type { KubeObject } from '../../kube/client.ts';
import type { Logger } from '../../log.ts';

export const QUEUE = 'msgqueue';

export interface DemoBroker {
  readonly title: string;
  /** The Secret that the example's manifests refer to. */
  readonly secret: { readonly name: string; readonly stringData: Readonly<Record<string, string>> };
  /** Addresses that the example's manifests write out, and those that stand for them here. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** What its clients have to trust, where they speak TLS; PEM. */
  readonly caPem?: string;
  /** Whether a message that always fails is set aside after some deliveries, or is offered for ever. */
  readonly setsAside: boolean;
  /** Messages that wait or are being handled, and those set aside. */
  depth(signal: AbortSignal): Promise<{ readonly waiting: number; readonly setAside: number }>;
  /** The body of a message that waits, without taking it; undefined when none does. */
  peek(signal: AbortSignal): Promise<string | undefined>;
  /** Throws away what waits. */
  purge(signal: AbortSignal): Promise<void>;
  stop(): Promise<void>;
}

export interface DemoBrokerOptions {
  readonly directory: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where a broker is that no package of the system installs. */
  readonly files?: string | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

/** Throws a ConfigError where they are missing. */
export function requireFiles(files: string | undefined, broker: string): string {
  if (files !== undefined) return files;
  const message = `expected the directory of ${broker}’s program, found none: \`make demo BROKER=${broker}\` gives it`;
  throw new ConfigError('sluice demo', [{ field: '--broker-files', message }]);
}

/** The manifests with the broker's own addresses in them: one that listens here does not have those that they write. */
export function withAddresses(
  objects: readonly KubeObject[],
  { addresses = {} }: Pick<DemoBroker, 'addresses'>,
): readonly KubeObject[] {
  const text = Object.entries(addresses).reduce(
    (written, [theirs, ours]) => written.replaceAll(JSON.stringify(theirs), JSON.stringify(ours)),
    JSON.stringify(objects),
  );
  return JSON.parse(text) as readonly KubeObject[];
}
