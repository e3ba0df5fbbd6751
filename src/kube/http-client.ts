// KubeClient over HTTP: verbs on resources become calls of the transport.
import { KubeError } from '../errors.ts';
import type { CallOptions, KubeClient, KubeObject, ListOptions, ListPage, Resource } from './client.ts';
import type { Connection } from './connection.ts';
import { errorOfSilence } from './errors.ts';
import { collectionPath, keyName, objectPath, query, resourceName } from './path.ts';
import { type Call, createTransport, doing, type Transport, type TransportOptions } from './transport.ts';
import { readEvents } from './watch-stream.ts';

const PAGE = 500;
/** How long a watch may outlive its own time limit before it is taken for dead. */
const WATCH_SLACK_MS = 30_000;

/** `userAgent` up to its slash is the field manager of every write that names no other. */
export function createKubeClient(connection: Connection, options: TransportOptions): KubeClient {
  const transport = createTransport(connection, options);
  const fieldManager = options.userAgent.split('/', 1)[0];

  /** What a verb on one object, or on a subresource of it, has in common. */
  const target = (
    verb: string,
    resource: Resource,
    key: { name: string; namespace?: string | undefined },
    { subresource, signal }: CallOptions,
  ): Pick<Call, 'verb' | 'resource' | 'object' | 'path' | 'signal'> => ({
    verb,
    resource: resourceName(resource, subresource),
    object: keyName(key),
    path: objectPath(resource, key, subresource),
    signal,
  });
  const written = (call: CallOptions, manager = fieldManager, force?: boolean): string =>
    query({ fieldManager: manager, force, dryRun: call.dryRun ? 'All' : undefined });

  return {
    get: (resource, key, call) =>
      transport.send({ ...target('get', resource, key, call), method: 'GET', retry: 'any' }),

    async list(resource, list) {
      try {
        return await listPages(transport, resource, list);
      } catch (error) {
        // The snapshot that the pages come from was compacted while we read it: once more from the start.
        if (!(error instanceof KubeError && error.code === 'KUBE_GONE')) throw error;
        return listPages(transport, resource, list);
      }
    },

    create(resource, object, call) {
      const at = target('create', resource, object.metadata, call);
      const path = call.subresource === undefined ? collectionPath(resource, object.metadata.namespace) : at.path;
      return transport.send({ ...at, method: 'POST', path: path + written(call), body: object, retry: 'refused' });
    },

    replace(resource, object, call) {
      const at = target('update', resource, object.metadata, call);
      // Without a precondition a second PUT could undo what somebody else wrote after the first.
      const retry = object.metadata.resourceVersion === undefined ? 'refused' : 'any';
      return transport.send({ ...at, method: 'PUT', path: at.path + written(call), body: object, retry });
    },

    patch(resource, key, { type, body }, call) {
      const at = target('patch', resource, key, call);
      const retry = type === 'json' ? 'refused' : 'any';
      return transport.send({ ...at, method: 'PATCH', path: at.path + written(call), body, type, retry });
    },

    apply(resource, object, call) {
      const at = target('apply', resource, object.metadata, call);
      const path = at.path + written(call, call.fieldManager, call.force);
      return transport.send({ ...at, method: 'PATCH', path, body: object, type: 'apply', retry: 'any' });
    },

    async delete(resource, key, call) {
      const { propagation, gracePeriodSeconds, uid, resourceVersion } = call;
      const body = {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        propagationPolicy: propagation,
        gracePeriodSeconds,
        dryRun: call.dryRun ? ['All'] : undefined,
        preconditions: uid === undefined && resourceVersion === undefined ? undefined : { uid, resourceVersion },
      };
      try {
        await transport.send({ ...target('delete', resource, key, call), method: 'DELETE', body, retry: 'any' });
      } catch (error) {
        if (!(error instanceof KubeError && error.code === 'KUBE_NOT_FOUND')) throw error;
      }
    },

    async *watch(resource, { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds, ...rest }) {
      const { signal, opened } = rest;
      const what = { verb: 'watch', resource: resourceName(resource), object: scopeName(namespace) };
      const parameters = { labelSelector, fieldSelector, resourceVersion, timeoutSeconds };
      const path =
        collectionPath(resource, namespace) + query({ watch: true, allowWatchBookmarks: true, ...parameters });
      const own = new AbortController();
      const stop = (): void => own.abort(signal.reason);
      signal.throwIfAborted();
      signal.addEventListener('abort', stop, { once: true });
      const cancel = options.clock.schedule(timeoutSeconds * 1_000 + WATCH_SLACK_MS, () =>
        own.abort(new Error(`still open ${WATCH_SLACK_MS} ms after its time`)),
      );
      try {
        const events = await transport.stream({ ...what, method: 'GET', path, signal: own.signal });
        opened?.();
        yield* readEvents(events, doing(what));
      } catch (error) {
        signal.throwIfAborted();
        throw error instanceof KubeError ? error : errorOfSilence(doing(what), connection.server, error);
      } finally {
        cancel();
        signal.removeEventListener('abort', stop);
        own.abort();
      }
    },

    request: (method, path, body, { signal }) =>
      transport.send({
        verb: method.toLowerCase(),
        resource: path.split('?', 1)[0] ?? path,
        object: '',
        method,
        path,
        body,
        retry: method === 'GET' || method === 'DELETE' ? 'any' : 'refused',
        signal,
      }),
  };
}

async function listPages<T extends KubeObject>(
  transport: Transport,
  resource: Resource,
  { namespace, labelSelector, fieldSelector, prune, signal }: ListOptions<T>,
): Promise<ListPage<T>> {
  const { group, version, kind } = resource;
  const type = { apiVersion: group === '' ? version : `${group}/${version}`, kind }; // which a list's items leave out
  const items: T[] = [];
  for (let next: string | undefined; ; ) {
    const page = await transport.send<{
      readonly items?: readonly T[];
      readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
    }>({
      verb: 'list',
      resource: resourceName(resource),
      object: scopeName(namespace),
      method: 'GET',
      path: collectionPath(resource, namespace) + query({ limit: PAGE, continue: next, labelSelector, fieldSelector }),
      retry: 'any',
      signal,
    });
    for (const item of page.items ?? []) items.push(prune ? prune({ ...type, ...item }) : { ...type, ...item });
    next = page.metadata.continue || undefined;
    if (next === undefined) return { items, resourceVersion: page.metadata.resourceVersion };
  }
}

function scopeName(namespace: string | undefined): string {
  return namespace === undefined ? '' : `in ${namespace}`;
}
