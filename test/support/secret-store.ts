// Asks a secret store as the frame does, with Secrets from a table.
import { systemClock } from '../../src/async.ts';
import type { Environment } from '../../src/config.ts';
import { createSourcePool } from '../../src/scalers/sources.ts';
import type {
  Prepared,
  SecretStore,
  StoreAnswer,
  StoreContext,
  StoreDeps,
  Value,
} from '../../src/secret-stores/secret-store.ts';

export interface AskedStore<Section> {
  prepare(section: Section): Promise<Prepared>;
  /** Throws for a section that can't be prepared. */
  ask(section: Section, signal?: AbortSignal): Promise<StoreAnswer>;
  close(): Promise<void>;
}

/** `secrets` by `name/key`. */
export function askedStore<Section>(
  create: (deps: StoreDeps) => SecretStore<Section>,
  options: {
    readonly secrets?: Readonly<Record<string, string>>;
    readonly env?: Environment;
    awsRole?: StoreContext['awsRole'];
  } = {},
): AskedStore<Section> {
  const clients = createSourcePool({ clock: systemClock, lingerMs: 0 });
  const store = create({ clients, clock: systemClock, env: options.env ?? process.env });
  const context = createStoreContext(options);
  const prepare = (section: Section) => store.prepare(section, context);
  return {
    prepare,
    async ask(section, signal = new AbortController().signal) {
      const prepared = await prepare(section);
      if (prepared.kind !== 'question') throw new Error(JSON.stringify(prepared));
      return prepared.question.ask(signal);
    },
    async close() {
      await store.close();
      await clients.close();
    },
  };
}

export function createStoreContext({
  secrets = {},
  awsRole = async () => undefined,
}: {
  readonly secrets?: Readonly<Record<string, string>>;
  awsRole?: StoreContext['awsRole'];
}): StoreContext {
  return {
    namespace: 'shop',
    ownNamespace: 'shop',
    async secret({ name, key }): Promise<Value> {
      const value = secrets[`${name}/${key}`];
      return value === undefined
        ? { kind: 'missing', why: `Secret "shop/${name}" has no key "${key}"` }
        : { kind: 'set', value };
    },
    awsRole,
    serviceAccountToken: () => Promise.reject(new Error('no store of a cloud asks for it')),
  };
}

/** As a manifest refers to a key of a Secret. */
export function secretKey(name: string, key: string) {
  return { valueFrom: { secretKeyRef: { name, key } } };
}
