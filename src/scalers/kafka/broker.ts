// One broker as the cluster asks it: connected, logged in, and in versions of the protocol that both sides know.
import { type Clock, withDeadline } from '../../async.ts';
import { SourceAnswerError } from '../../errors.ts';
import type { TlsOptions } from '../tls.ts';
import type { KafkaAddress } from './access.ts';
import { unreadable } from './errors.ts';
import { openExchange } from './exchange.ts';
import { type Api, apiVersions } from './requests.ts';
import { createReader, createWriter } from './wire-types.ts';

export interface Broker {
  /** Rejects with a SluiceError, or the reason of `signal`, which ends the connection while it waits. */
  ask<Q, A>(api: Api<Q, A>, question: Q, signal: AbortSignal): Promise<A>;
  /** The version that `api` is asked in. */
  versionOf(api: Api<never, unknown>): number;
  /** Whether what we logged in with is still good; the broker ends the connection otherwise. */
  isGood(): boolean;
  end(): void;
}

/** Makes the broker on `host` know us; resolves to how long it will, in milliseconds, 0 for as long as the connection lasts. */
export type Login = (ask: Ask, where: string, signal: AbortSignal, host: string) => Promise<number>;
export type Ask = Broker['ask'];

export interface BrokerOptions {
  readonly tls: TlsOptions | undefined;
  readonly login: Login | undefined;
  readonly clock: Clock;
  /** Names the broker in errors. */
  readonly where: string;
}

const CLIENT_ID = 'sluice';
/** A broker that takes a question and says nothing for this long has lost the connection. */
const SILENCE_MS = 10_000;
const NO_VERSIONS: ReadonlyMap<number, { readonly min: number; readonly max: number }> = new Map();
/** The part of its session after which a connection isn't used any more. */
const SAFE_PART = 0.8;

export async function openBroker(
  address: KafkaAddress,
  { tls, login, clock, where }: BrokerOptions,
  lost: () => void,
  signal: AbortSignal,
): Promise<Broker> {
  const exchange = await openExchange(address, { tls, where }, lost, signal);
  let known = NO_VERSIONS;
  let correlation = 0;

  function versionOf({ key, name, versions }: Api<never, unknown>): number {
    const { min, max } = known.get(key) ?? { min: 0, max: versions[0] };
    const version = versions.findLast((one) => min <= one && one <= max);
    if (version !== undefined) return version;
    const spoken = `${name} ${versions[0]} to ${versions.at(-1)}`;
    throw new SourceAnswerError(`${where}: expected a broker that knows ${spoken}, found one with ${min} to ${max}`);
  }

  async function ask<Q, A>(api: Api<Q, A>, question: Q, under: AbortSignal): Promise<A> {
    const version = versionOf(api);
    const flexible = version >= (api.flexibleFrom ?? Infinity);
    const id = (correlation = (correlation + 1) & 0x7fffffff);
    const head = createWriter(false).int16(api.key).int16(version).int32(id).string(CLIENT_ID).done();
    const body = createWriter(flexible).tags();
    api.write(body, question, version);
    const request = Buffer.concat([head, body.done()]);
    const answer = await withDeadline(clock, under, SILENCE_MS, where, (within) => exchange.send(request, within));
    try {
      const reader = createReader(answer, flexible);
      if (reader.int32() !== id) throw new RangeError('an answer to another question');
      reader.tags();
      return api.read(reader, version, question);
    } catch {
      exchange.end();
      throw unreadable(where);
    }
  }

  try {
    known = await ask(apiVersions, undefined, signal);
    const lifeMs = login === undefined ? 0 : await login(ask, where, signal, address.host);
    const fromMs = clock.now();
    const isGood = (): boolean => {
      const age = clock.now() - fromMs;
      return lifeMs === 0 || (age >= 0 && age < lifeMs * SAFE_PART);
    };
    return { ask, versionOf, isGood, end: exchange.end };
  } catch (error) {
    exchange.end();
    throw error;
  }
}
