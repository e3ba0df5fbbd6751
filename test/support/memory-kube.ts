// An API server in memory behind the KubeClient port: resourceVersions, conflicts, status and scale subresources, watches, deletion.
// It has no schema and no defaults. Faults are injected by `intercept`; `history` says what was asked.
import { randomUUID } from 'node:crypto';
import { KubeError } from '../../src/errors.ts';
import type { KubeErrorCode } from '../../src/errors.ts';
import type { KubeClient, KubeObject, ListOptions, ObjectKey, Resource, WatchEvent } from '../../src/kube/client.ts';
import { merged, patched } from './object-patch.ts';

export interface MemoryCall {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'replace' | 'patch' | 'apply' | 'delete' | 'request';
  readonly resource: string;
  readonly key: ObjectKey | undefined;
  readonly subresource: string | undefined;
}

export interface MemoryKube extends KubeClient {
  /** Called before each call takes effect; what it throws is what the caller gets. */
  intercept: (call: MemoryCall) => void | Promise<void>;
  readonly history: MemoryCall[];
  /** Calls that change something. */
  writes(): readonly MemoryCall[];
  /** The object as it is, or undefined; for assertions. */
  peek<T extends KubeObject>(resource: Resource, key: ObjectKey): T | undefined;
  /** Ends every watch, as a server does now and then. */
  endWatches(): void;
}

type Json = Record<string, unknown>;
type Stored = KubeObject & Json;

export function createMemoryKube(now: () => number = () => Date.UTC(2026, 0, 1)): MemoryKube {
  const spaces = new Map<string, Map<string, Stored>>();
  const watchers = new Set<{ offer(event: WatchEvent<Stored>): void; end(): void }>();
  const log: { space: string; event: WatchEvent<Stored> }[] = [];
  const history: MemoryCall[] = [];
  let version = 0;

  const spaceName = (r: Resource): string => `${r.group}/${r.plural}`;
  const space = (r: Resource): Map<string, Stored> => {
    const known = spaces.get(spaceName(r)) ?? new Map<string, Stored>();
    spaces.set(spaceName(r), known);
    return known;
  };
  const id = (key: ObjectKey): string => `${key.namespace ?? ''}/${key.name}`;
  const emit = (r: Resource, type: 'ADDED' | 'MODIFIED' | 'DELETED', object: Stored): void => {
    const event = { type, object: structuredClone(object) };
    log.push({ space: spaceName(r), event });
    for (const watcher of watchers) watcher.offer(event);
  };
  const enter = async (call: MemoryCall, signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    history.push(call);
    await kube.intercept(call);
    signal.throwIfAborted();
  };
  const found = (r: Resource, key: ObjectKey): Stored => {
    const object = space(r).get(id(key));
    if (!object) throw failure('KUBE_NOT_FOUND', 404, `${r.plural} "${key.name}" not found`);
    return object;
  };
  /** Stores `next`, unless nothing changed: then there is no new version and nobody hears of it. */
  const store = (r: Resource, next: Stored, before: Stored | undefined): Stored => {
    if (before && same(before, next)) return structuredClone(before);
    const specChanged = JSON.stringify(before?.spec) !== JSON.stringify(next.spec);
    const generation = (before?.metadata.generation ?? 0) + (specChanged ? 1 : 0);
    const object = { ...next, metadata: { ...next.metadata, generation, resourceVersion: String(++version) } };
    const gone = object.metadata.deletionTimestamp !== undefined && (object.metadata.finalizers ?? []).length === 0;
    if (gone && r.plural !== 'pods') {
      space(r).delete(id(object.metadata));
      emit(r, 'DELETED', object);
    } else {
      space(r).set(id(object.metadata), object);
      emit(r, before ? 'MODIFIED' : 'ADDED', object);
    }
    return structuredClone(object);
  };
  const insert = (r: Resource, object: KubeObject): Stored => {
    const name = object.metadata.name || `${object.metadata.generateName ?? ''}${randomUUID().slice(0, 5)}`;
    const metadata = { ...object.metadata, name, uid: randomUUID(), creationTimestamp: iso(now()) };
    if (space(r).has(id(metadata))) {
      throw failure('KUBE_CONFLICT', 409, `${r.plural} "${name}" already exists`, 'AlreadyExists');
    }
    return store(r, { ...(structuredClone(object) as Stored), metadata }, undefined);
  };
  const update = (r: Resource, before: Stored, next: Stored, subresource: string | undefined): Stored => {
    const wanted = next.metadata.resourceVersion;
    if (wanted !== undefined && wanted !== before.metadata.resourceVersion) {
      throw failure(
        'KUBE_CONFLICT',
        409,
        `${r.plural} "${before.metadata.name}": the object has been modified`,
        'Conflict',
      );
    }
    if (next.metadata.uid !== undefined && next.metadata.uid !== before.metadata.uid) {
      throw failure('KUBE_CONFLICT', 409, `${r.plural} "${before.metadata.name}": uid mismatch`, 'Conflict');
    }
    if (subresource === 'status') return store(r, { ...before, status: next.status }, before);
    const { uid, creationTimestamp } = before.metadata;
    const metadata = {
      ...next.metadata,
      ...(uid !== undefined && { uid }),
      ...(creationTimestamp && { creationTimestamp }),
    };
    return store(r, { ...next, metadata, ...('status' in before && { status: before.status }) }, before);
  };
  const scaleOf = (object: Stored): Stored => {
    const { spec, status } = object as { spec?: Json; status?: Json };
    const { name, namespace, uid, resourceVersion } = object.metadata;
    return {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: {
        name,
        ...(namespace && { namespace }),
        ...(uid && { uid }),
        ...(resourceVersion && { resourceVersion }),
      },
      spec: { replicas: spec?.replicas ?? 1 },
      status: {
        replicas: status?.replicas ?? 0,
        ...(typeof status?.selector === 'string' && { selector: status.selector }),
      },
    };
  };
  const writeScale = (r: Resource, before: Stored, scale: Json): Stored => {
    const replicas = (scale.spec as Json | undefined)?.replicas;
    const metadata = { ...before.metadata };
    const wanted = (scale.metadata as Json | undefined)?.resourceVersion;
    if (typeof wanted === 'string') metadata.resourceVersion = wanted;
    return scaleOf(update(r, before, { ...before, metadata, spec: { ...(before.spec as Json), replicas } }, undefined));
  };
  /** A pod that runs somewhere, and whatever has finalizers, is only marked. */
  const remove = (r: Resource, object: Stored, graceSeconds: number | undefined): void => {
    const spec = object.spec as { nodeName?: string; terminationGracePeriodSeconds?: number } | undefined;
    const graceS = graceSeconds ?? spec?.terminationGracePeriodSeconds ?? 30;
    const runs = r.plural === 'pods' && spec?.nodeName !== undefined && graceS > 0;
    if (runs || (object.metadata.finalizers ?? []).length > 0) {
      const deletion = { deletionTimestamp: iso(now()), ...(runs && { deletionGracePeriodSeconds: graceS }) };
      store(r, { ...object, metadata: { ...object.metadata, ...deletion } }, object);
      return;
    }
    space(r).delete(id(object.metadata));
    emit(r, 'DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: String(++version) } });
  };

  const kube: MemoryKube = {
    intercept: () => {},
    history,
    writes: () => history.filter((c) => !['get', 'list', 'watch', 'request'].includes(c.verb)),
    peek: (r, key) => structuredClone(space(r).get(id(key))) as never,
    endWatches: () => {
      for (const watcher of watchers) watcher.end();
    },
    async get(r, key, { signal, subresource }) {
      await enter({ verb: 'get', resource: r.plural, key, subresource }, signal);
      const object = found(r, key);
      return structuredClone(subresource === 'scale' ? scaleOf(object) : object) as never;
    },
    async list(r, options) {
      const { signal, prune } = options;
      await enter({ verb: 'list', resource: r.plural, key: undefined, subresource: undefined }, signal);
      const items = [...space(r).values()].filter((o) => selects(options, o)).map((o) => structuredClone(o));
      return {
        items: (prune ? items.map((o) => prune(o as never)) : items) as never,
        resourceVersion: String(version),
      };
    },
    async create(r, object, { signal, subresource }) {
      await enter({ verb: 'create', resource: r.plural, key: object.metadata, subresource }, signal);
      return insert(r, object) as never;
    },
    async replace(r, object, { signal, subresource }) {
      await enter({ verb: 'replace', resource: r.plural, key: object.metadata, subresource }, signal);
      const before = found(r, object.metadata);
      if (subresource === 'scale') return writeScale(r, before, object as Stored) as never;
      return update(r, before, structuredClone(object) as Stored, subresource) as never;
    },
    async patch(r, key, patch, { signal, subresource }) {
      await enter({ verb: 'patch', resource: r.plural, key, subresource }, signal);
      const before = found(r, key);
      const base = { ...before, metadata: { ...before.metadata } };
      if (patch.type !== 'json') delete base.metadata.resourceVersion; // such a patch says itself which version it means
      if (subresource === 'scale') return writeScale(r, before, patched(scaleOf(base as Stored), patch)) as never;
      return update(r, before, patched(base as Stored, patch) as Stored, subresource) as never;
    },
    async apply(r, object, { signal, subresource }) {
      await enter({ verb: 'apply', resource: r.plural, key: object.metadata, subresource }, signal);
      const before = space(r).get(id(object.metadata));
      if (!before) return insert(r, object) as never;
      return update(r, before, merged(before, object) as Stored, subresource) as never;
    },
    async delete(r, key, { signal, gracePeriodSeconds, uid, resourceVersion }) {
      await enter({ verb: 'delete', resource: r.plural, key, subresource: undefined }, signal);
      const object = space(r).get(id(key));
      if (!object) return;
      const stale = resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion;
      if (stale || (uid !== undefined && uid !== object.metadata.uid)) {
        throw failure('KUBE_CONFLICT', 409, `${r.plural} "${key.name}": precondition failed`, 'Conflict');
      }
      remove(r, object, gracePeriodSeconds);
    },
    async *watch(r, options) {
      await enter({ verb: 'watch', resource: r.plural, key: undefined, subresource: undefined }, options.signal);
      const since = Number(options.resourceVersion);
      const missed = log.filter(
        (e) => e.space === spaceName(r) && Number(e.event.object.metadata.resourceVersion) > since,
      );
      const queue = missed.map((e) => e.event);
      let wake = (): void => {};
      let open = true;
      const watcher = {
        offer: (event: WatchEvent<Stored>) => {
          if (event.object.kind === r.kind) queue.push(event);
          wake();
        },
        end: () => {
          open = false;
          wake();
        },
      };
      watchers.add(watcher);
      options.opened?.();
      options.signal.addEventListener('abort', watcher.end, { once: true });
      try {
        while (open && !options.signal.aborted) {
          for (let event = queue.shift(); event; event = queue.shift()) {
            if (selects(options, event.object)) yield structuredClone(event) as never;
          }
          await new Promise<void>((resolve) => {
            wake = resolve;
            if (!open || queue.length > 0) resolve();
          });
        }
        options.signal.throwIfAborted();
      } finally {
        watchers.delete(watcher);
        options.signal.removeEventListener('abort', watcher.end);
      }
    },
    async request(_method, path, _body, { signal }) {
      await enter({ verb: 'request', resource: path, key: undefined, subresource: undefined }, signal);
      throw failure('KUBE_NOT_FOUND', 404, `the memory has no ${path}`);
    },
  };
  return kube;
}

function iso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function same(a: Stored, b: Stored): boolean {
  const plain = (o: Stored): string =>
    JSON.stringify(sorted({ ...o, metadata: { ...o.metadata, resourceVersion: '', generation: 0 } }));
  return plain(a) === plain(b);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  );
}

function failure(code: KubeErrorCode, status: number, message: string, reason?: string): KubeError {
  const retry = code === 'KUBE_CONFLICT' ? 'now' : 'backoff';
  return new KubeError(message, { code, retry, status, ...(reason !== undefined && { reason }) });
}

function selects(options: Pick<ListOptions, 'namespace' | 'labelSelector' | 'fieldSelector'>, object: Stored): boolean {
  if (options.namespace !== undefined && object.metadata.namespace !== options.namespace) return false;
  const pairs = (text: string | undefined) => (text ? text.split(',').map((part) => part.split(/==?/)) : []);
  const field = (path: string): unknown =>
    path.split('.').reduce<unknown>((at, key) => (at as Json | undefined)?.[key], object);
  return (
    pairs(options.labelSelector).every(([key = '', value]) =>
      // `key` alone asks for the label, whatever its value.
      value === undefined ? object.metadata.labels?.[key] !== undefined : object.metadata.labels?.[key] === value,
    ) && pairs(options.fieldSelector).every(([path = '', value]) => (field(path) ?? '') === value)
  );
}
