// What it takes to put triggers to use and to read them, once for all objects of all kinds: one sampler, one watch of credentials,
// one set of lookups. The same question of two objects is one read, whatever their kinds.
import type { Clock } from '../async.ts';
import type { KubeClient, KubeObject } from '../kube/client.ts';
import type { EventRecorder } from '../kube/events.ts';
import type { Store } from '../kube/store.ts';
import type { Logger } from '../log.ts';
import type { ClientPool } from '../scalers/scaler.ts';
import type { Telemetry } from '../telemetry.ts';
import { type Authenticate, createAuthenticate } from './auth/authenticate.ts';
import { createKubeLookups, type KubeLookupOptions, type OutsideSources } from './auth/kube-lookup.ts';
import type { TriggerTypes } from './bind.ts';
import { type Bind, createBinder } from './binder.ts';
import { createClusterView } from './cluster-view.ts';
import { createCredentialWatch } from './credential-watch.ts';
import { createDependencies, type Dependencies, referenceTo } from './dependencies.ts';
import { createHints } from './hints.ts';
import type { TriggerMemory } from './memory.ts';
import { createTellKept } from './renewal.ts';
import { createSampler, type Sampler } from './sampler.ts';
import { createWatchTroubles } from './watch-troubles.ts';
import type { Watches } from './watches.ts';

export interface TriggerReadingOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  readonly types: TriggerTypes;
  readonly clients: ClientPool;
  readonly clusterObjectNamespace: string;
  readonly watches: Pick<Watches, 'triggerAuthentications' | 'clusterTriggerAuthentications'>;
  readonly authenticationLabelSelector?: string | undefined;
  readonly podTemplate: KubeLookupOptions['podTemplate'];
  /** Where parameters come from besides objects of the cluster; nowhere when not given. */
  readonly outside?: OutsideSources;
  readonly restrictSecretAccess?: boolean;
  readonly events: EventRecorder;
  /** What is known of the object's triggers. */
  readonly memoryOf: (key: string) => TriggerMemory | undefined;
  /** Has the object looked at as soon as possible. */
  readonly look: (key: string) => void;
  readonly lookIn: (key: string, delayMs: number) => void;
  readonly shutdown: AbortSignal;
  readonly telemetry?:
    | Pick<Telemetry, 'sourceRead' | 'sourceAbandoned' | 'sourceHint' | 'watchEnded' | 'pushedLook' | 'httpRequest'>
    | undefined;
}

export interface TriggerReading {
  readonly sampler: Sampler;
  readonly dependencies: Dependencies;
  readonly bind: Bind;
  readonly authenticate: Authenticate;
  /** What these objects' triggers were resolved from is no longer what it was. */
  lookAgain(keys: readonly string[]): void;
  /** Drops everything that is kept for the object. */
  forget(key: string): void;
  /** Ends every read and every watch, and waits for them. */
  close(): Promise<void>;
}

export function createTriggerReading(options: TriggerReadingOptions): TriggerReading {
  const { client, clock, random, log, telemetry, memoryOf, look } = options;
  const tellTrouble = createWatchTroubles({ log, clock });
  const hints = createHints({
    clock,
    look(key) {
      telemetry?.pushedLook();
      // What a source names may be what changed.
      const memory = memoryOf(key);
      if (memory) memory.describedAt = 0;
      look(key);
    },
  });
  const sampler = createSampler({
    deps: { clients: options.clients, clock, cluster: createClusterView(options) },
    clock,
    random,
    shutdown: options.shutdown,
    hooks: {
      read: ({ type, tookMs, error }) =>
        telemetry?.sourceRead({
          type,
          seconds: tookMs / 1000,
          ...(error ? { code: error.code, class: error.name } : {}),
        }),
      failed(key) {
        const memory = memoryOf(key);
        if (memory) memory.errors++;
      },
      http: (request) => telemetry?.httpRequest(request),
      abandoned: (type) => telemetry?.sourceAbandoned(type),
      hint: (type) => telemetry?.sourceHint(type),
      watchEnded({ trigger, error }) {
        telemetry?.watchEnded({ type: trigger.type, ...(error ? { code: error.code } : {}) });
        tellTrouble(trigger, error);
      },
    },
    hinted: hints.heard,
  });
  const credentials = createCredentialWatch({
    client,
    clock,
    random,
    log,
    changed(reference) {
      lookups.forget(reference);
      lookAgain(dependencies.of(reference));
    },
  });
  const dependencies = createDependencies(credentials);
  const lookups = createKubeLookups({ ...options, ...options.watches });

  function lookAgain(keys: readonly string[]): void {
    for (const key of keys) {
      const memory = memoryOf(key);
      if (memory) memory.changes++;
      look(key);
    }
  }

  function followAuthentications(store: Store<KubeObject>, kind: string): void {
    store.subscribe((change) => {
      const { namespace = '', name, generation } = change.object.metadata;
      const isSame =
        change.type === 'updated' && generation !== undefined && change.previous.metadata.generation === generation;
      if (!isSame) lookAgain(dependencies.of(referenceTo(kind, namespace, name)));
    });
  }
  followAuthentications(options.watches.triggerAuthentications, 'TriggerAuthentication');
  followAuthentications(options.watches.clusterTriggerAuthentications, 'ClusterTriggerAuthentication');

  const restrictSecretAccess = options.restrictSecretAccess ?? false;
  const authenticate = createAuthenticate({ ...options, lookups, restrictSecretAccess });
  let isClosed = false;
  let authenticating = 0;

  /** CloudEvents may be sent after everything else has ended. */
  function clearUnlessAsked(): void {
    if (isClosed && authenticating === 0) lookups.clear();
  }

  return {
    sampler,
    dependencies,
    bind: createBinder({
      ...options,
      restrictSecretAccess,
      lookups,
      dependencies,
      sampler,
      tellKept: createTellKept(options),
    }),
    async authenticate(...asked) {
      authenticating++;
      try {
        return await authenticate(...asked);
      } finally {
        authenticating--;
        clearUnlessAsked();
      }
    },
    lookAgain,
    forget(key) {
      sampler.unbind(key);
      hints.forget(key);
      dependencies.remove(key);
    },
    async close() {
      isClosed = true;
      hints.close();
      await Promise.all([credentials.stop(), sampler.close()]);
      clearUnlessAsked();
    },
  };
}
