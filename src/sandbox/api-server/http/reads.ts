// GET: one object, lists with pages and selectors, and watches.
import type { Clock } from '../../../async.ts';
import { type ApiObject, jsonOf, type JsonObject } from '../object.ts';
import { apiVersionOf, type ResourceType } from '../resource-type.ts';
import { parseFieldSelector, parseLabelSelector } from '../selectors.ts';
import { badRequest, expired, notFound } from '../status.ts';
import type { Storage } from '../storage.ts';
import { type IncludeObject, partialMetadata, tableOf } from '../table/table.ts';
import { listMetadata } from '../metadata.ts';
import { type Exchange, formOf, send, sendJson } from './exchange.ts';
import type { ResourceRequest } from './request-info.ts';
import { serveWatch } from './watch.ts';

export interface Reads {
  get(exchange: Exchange, type: ResourceType, info: ResourceRequest): void;
  list(exchange: Exchange, type: ResourceType, info: ResourceRequest): void;
  watch(exchange: Exchange, type: ResourceType, info: ResourceRequest): void;
  /** One object in the form the client asked for. */
  answer(exchange: Exchange, type: ResourceType, object: ApiObject, status: number): void;
}

export function createReads(storage: Storage, clock: Clock): Reads {
  const include = (exchange: Exchange): IncludeObject =>
    (exchange.query.get('includeObject') as IncludeObject | null) ?? 'Metadata';

  const answer: Reads['answer'] = (exchange, type, object, status) => {
    const form = formOf(exchange.request);
    if (form.as === 'object') return send(exchange, status, jsonOf(object), 'application/json');
    if (form.as === 'metadata') return sendJson(exchange, status, partialMetadata(object));
    const metadata = { resourceVersion: object.metadata.resourceVersion };
    sendJson(
      exchange,
      status,
      tableOf(type, [object], { nowMs: clock.now(), include: include(exchange), metadata, headings: true }),
    );
  };

  return {
    answer,
    get(exchange, type, info) {
      const object = storage.get(type.collection, info.namespace, info.name ?? '');
      if (!object) throw notFound(type, info.name ?? '');
      answer(exchange, type, type.fromStored(object), 200);
    },
    list(exchange, type, info) {
      const matches = filterOf(exchange, type, info);
      const all = storage.list(type.collection, info.namespace).map(type.fromStored).filter(matches);
      const page = pageOf(all, exchange, storage, type);
      const form = formOf(exchange.request);
      if (form.as === 'table') {
        const options = { nowMs: clock.now(), include: include(exchange), metadata: page.metadata, headings: true };
        return sendJson(exchange, 200, tableOf(type, page.items, options));
      }
      if (form.as === 'metadata') {
        const items = page.items.map(partialMetadata);
        return sendJson(exchange, 200, {
          kind: 'PartialObjectMetadataList',
          apiVersion: 'meta.k8s.io/v1',
          metadata: page.metadata,
          items,
        });
      }
      const head = JSON.stringify({ kind: type.listKind, apiVersion: apiVersionOf(type), metadata: page.metadata });
      send(
        exchange,
        200,
        `${head.slice(0, -1)},"items":[${page.items.map((item) => jsonOf(listed(type, item))).join(',')}]}`,
        'application/json',
      );
    },
    watch(exchange, type, info) {
      const { query } = exchange;
      serveWatch(
        exchange,
        {
          type,
          namespace: info.namespace,
          matches: filterOf(exchange, type, info),
          resourceVersion: query.get('resourceVersion') || undefined,
          bookmarks: query.get('allowWatchBookmarks') === 'true',
          initialEvents: query.get('sendInitialEvents') === 'true',
          timeoutSeconds: Number(query.get('timeoutSeconds') ?? 0) || undefined,
          form: formOf(exchange.request),
          include: include(exchange),
        },
        storage,
        clock,
      );
    },
  };
}

const untyped = new WeakMap<ApiObject, JsonObject>();

/** As an item of a list: the list says of what kind its items are, and only those of a custom resource say it again. */
export function listed(type: ResourceType, object: ApiObject): JsonObject {
  if (type.origin === 'custom') return object;
  let item = untyped.get(object);
  if (item === undefined) {
    const { apiVersion: _a, kind: _k, ...rest } = object;
    untyped.set(object, (item = rest));
  }
  return item;
}

/** The selectors of a request; a name in the path (an old form of watch) counts as one. */
export function filterOf(
  exchange: Exchange,
  type: ResourceType,
  info: ResourceRequest,
): (object: ApiObject) => boolean {
  const labels = exchange.query.get('labelSelector');
  const fields = exchange.query.get('fieldSelector');
  const byLabel = labels ? parseLabelSelector(labels) : undefined;
  const byField = fields ? parseFieldSelector(fields, type.selectableFields) : undefined;
  return (object) =>
    (info.name === undefined || object.metadata.name === info.name) &&
    (byLabel?.(object.metadata.labels ?? {}) ?? true) &&
    (byField?.(object) ?? true);
}

interface Page {
  readonly items: readonly ApiObject[];
  readonly metadata: JsonObject;
}

/**
 * `limit` and `continue`. A token names the revision of the first page and the last key given; later pages are read from the
 * newest state under the first page's revision, so that a watch from there misses nothing.
 */
function pageOf(all: readonly ApiObject[], exchange: Exchange, storage: Storage, type: ResourceType): Page {
  const limit = Number(exchange.query.get('limit') ?? 0);
  const token = exchange.query.get('continue');
  const start = token ? readToken(token) : undefined;
  if (start && start.revision < storage.oldestRevision(type.collection)) {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
    );
  }
  const revision = start?.revision ?? storage.revision();
  const rest = start ? all.filter((object) => keyOf(object) > start.after) : all;
  const items = limit > 0 ? rest.slice(0, limit) : rest;
  const last = items.at(-1);
  const remaining = rest.length - items.length;
  if (!last || remaining === 0) return { items, metadata: listMetadata(revision) };
  const next = Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: keyOf(last) })).toString(
    'base64url',
  );
  return { items, metadata: listMetadata(revision, { token: next, remaining }) };
}

function keyOf(object: ApiObject): string {
  return `${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function readToken(token: string): { readonly revision: number; readonly after: string } {
  try {
    const read = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as { rv?: unknown; start?: unknown };
    if (typeof read.rv === 'number' && typeof read.start === 'string') return { revision: read.rv, after: read.start };
  } catch {
    // Not a token of ours; answered below.
  }
  throw badRequest('continue key is not valid: it was not made by this server');
}
