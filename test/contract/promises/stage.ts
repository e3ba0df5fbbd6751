// Where a promise is checked: the broker, a fault proxy before it, a fresh pool for each test, and every error that was seen.
import { afterAll, afterEach, beforeAll, beforeEach, it } from '@jest/globals';
import { systemClock, withDeadline } from '../../../src/async.ts';
import { SluiceError } from '../../../src/errors.ts';
import { parseTrigger } from '../../../src/scalers/registry.ts';
import type { PolledTrigger, Scaler, TriggerInput } from '../../../src/scalers/scaler.ts';
import { createSourcePool, type SourcePool } from '../../../src/scalers/sources.ts';
import { asPolled } from '../../support/described-trigger.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import type { BrokerHarness, Capability, Promises } from './harness.ts';

export const DEADLINE_MS = 4_000;
export const WRONG_PASSWORD = 'd3finitely-wr0ng';
export const never = new AbortController().signal;

export interface Stage {
  readonly promises: Promises;
  readonly broker: BrokerHarness;
  readonly proxy: FaultProxy;
  readonly pool: SourcePool;
  /** Whatever was thrown, in all tests so far. */
  readonly errors: unknown[];
  /** A trigger of the queue, through the proxy. */
  parse(queue: string, password?: string): PolledTrigger;
  parseInput(input: Pick<TriggerInput, 'metadata' | 'auth'>): PolledTrigger;
  /** A scaler that is closed after the test. */
  connect(queue: string, password?: string): Promise<Scaler>;
  connectInput(input: Pick<TriggerInput, 'metadata' | 'auth'>): Promise<Scaler>;
  read(scaler: Scaler, deadlineMs?: number): Promise<number>;
  /** The error of a read; fails when there is a value instead, or an error that isn't ours. */
  failure(scaler: Scaler, deadlineMs?: number): Promise<SluiceError>;
  /** `it`, or `it.skip` and a loud line where the broker can't be asked for that. */
  itWith(capability: Capability): typeof it | typeof it.skip;
}

/** To be called in a `describe`: it starts and stops what the tests need. */
export function createStage(name: string, promises: Promises): Stage {
  let broker: BrokerHarness;
  let proxy: FaultProxy;
  let pool: SourcePool;
  let scalers: Scaler[];
  const errors: unknown[] = [];

  beforeAll(async () => {
    broker = await promises.start();
  }, 120_000);
  afterAll(async () => {
    await broker?.stop();
  });
  beforeEach(async () => {
    proxy = await startFaultProxy(broker.port);
    pool = createSourcePool({ clock: systemClock, lingerMs: 0 });
    scalers = [];
  });
  afterEach(async () => {
    await Promise.all(scalers.map((scaler) => scaler.close()));
    await pool.close();
    await proxy.close();
  });

  const stage: Stage = {
    promises,
    errors,
    get broker() {
      return broker;
    },
    get proxy() {
      return proxy;
    },
    get pool() {
      return pool;
    },
    parse: (queue, password) => stage.parseInput(broker.input(queue, proxy.port, password)),
    parseInput(input) {
      const owner = { namespace: 'shop', name: 'orders' };
      const { trigger } = parseTrigger(broker.type, { env: {}, owner, ...input });
      if (trigger.kind === 'described') return asPolled(trigger);
      if (trigger.kind !== 'polled') throw new Error('a resource trigger has no scaler');
      return trigger;
    },
    connect: (queue, password) => stage.connectInput(broker.input(queue, proxy.port, password)),
    async connectInput(input) {
      const scaler = await stage.parseInput(input).connect({ clients: pool, clock: systemClock });
      scalers.push(scaler);
      return scaler;
    },
    read: async (scaler, deadlineMs = DEADLINE_MS) =>
      (await withDeadline(systemClock, never, deadlineMs, 'read', (signal) => scaler.read(signal))).value,
    async failure(scaler, deadlineMs) {
      const error: unknown = await stage.read(scaler, deadlineMs).then(
        (value) => new Error(`expected a failure, found ${value}`),
        (thrown: unknown) => thrown,
      );
      errors.push(error);
      if (error instanceof SluiceError) return error;
      throw error;
    },
    itWith(capability) {
      const reason = promises.without?.[capability];
      if (reason === undefined) return it;
      console.warn(`NOT PROMISED: ${name}, ${capability}: ${reason}`);
      return it.skip;
    },
  };
  return stage;
}

/** A harness that neither offers a capability nor says why not. */
export function unproven({ broker }: Stage, capability: Capability): Error {
  return new Error(`expected the harness of ${broker.type} to offer ${capability}, or \`without\` to say why not`);
}
