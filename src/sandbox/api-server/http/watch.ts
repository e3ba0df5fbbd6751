// Watches: what happened since a revision and what happens now, one JSON line each, with bookmarks and an end.
import type { Clock } from '../../../async.ts';
import { type ApiObject, jsonOf, type JsonObject } from '../object.ts';
import type { ResourceType } from '../resource-type.ts';
import { expired, type StatusError, statusBody } from '../status.ts';
import type { Change, Storage } from '../storage.ts';
import { partialMetadata, tableOf, type IncludeObject } from '../table/table.ts';
import { apiVersionOf } from '../resource-type.ts';
import type { Exchange, Form } from './exchange.ts';

export interface WatchRequest {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly matches: (object: ApiObject) => boolean;
  /** Undefined or "0": begin with everything there is. */
  readonly resourceVersion: string | undefined;
  readonly bookmarks: boolean;
  readonly initialEvents: boolean;
  readonly timeoutSeconds: number | undefined;
  readonly form: Form;
  readonly include: IncludeObject;
}

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

const BOOKMARK_EVERY_MS = 60_000;
/** Kubernetes ends watches after 30 to 60 minutes. */
const DEFAULT_TIMEOUT_MS = 30 * 60_000;
/** A client that reads so slowly is cut off rather than buffered for. */
const BUFFER_LIMIT_BYTES = 32 * 1024 * 1024;

const lines = new WeakMap<ApiObject, Map<string, string>>();

/** The event's line, made once for all watchers that want it in the same form. */
function plainLine(type: EventType, object: ApiObject): string {
  let byType = lines.get(object);
  if (!byType) lines.set(object, (byType = new Map()));
  let line = byType.get(type);
  if (line === undefined) byType.set(type, (line = `{"type":"${type}","object":${jsonOf(object)}}\n`));
  return line;
}

/** Answers until the timeout, the client's departure or the server's end. */
export function serveWatch(exchange: Exchange, watch: WatchRequest, storage: Storage, clock: Clock): void {
  const { response, signal } = exchange;
  const { type } = watch;
  let headings = true;
  let sentRevision = storage.revision();

  const write = (line: string): void => {
    // What still comes between the end and 'close' has nobody to read it.
    if (response.writableEnded || response.destroyed) return;
    if (response.writableLength > BUFFER_LIMIT_BYTES) response.destroy();
    else response.write(line);
  };
  const sendEvent = (event: EventType, object: ApiObject): void => {
    if (watch.form.as === 'object') return write(plainLine(event, object));
    const shown =
      watch.form.as === 'metadata'
        ? partialMetadata(object)
        : tableOf(type, [object], { nowMs: clock.now(), include: watch.include, metadata: {}, headings });
    if (watch.form.as === 'table') headings = false;
    write(`${JSON.stringify({ type: event, object: shown })}\n`);
  };
  const sendChange = (change: Change): void => {
    sentRevision = change.revision;
    const event = eventFor(change, watch);
    if (event) sendEvent(event, type.fromStored(change.object));
  };
  const bookmark = (annotations: Record<string, string> = {}): void =>
    write(`${JSON.stringify({ type: 'BOOKMARK', object: bookmarkOf(type, sentRevision, annotations, watch.form) })}\n`);
  const fail = (error: StatusError): void => {
    write(`${JSON.stringify({ type: 'ERROR', object: statusBody(error) })}\n`);
    response.end();
  };

  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' });
  response.flushHeaders();

  const since = Number(watch.resourceVersion ?? 0);
  if (since === 0 || watch.initialEvents) {
    for (const object of storage.list(type.collection, watch.namespace)) {
      const shown = type.fromStored(object);
      if (watch.matches(shown)) sendEvent('ADDED', shown);
    }
    if (watch.initialEvents) bookmark({ 'k8s.io/initial-events-end': 'true' });
  } else {
    const missed = storage.changesSince(type.collection, since);
    if (!missed) {
      return fail(expired(`too old resource version: ${since} (${storage.oldestRevision(type.collection)})`));
    }
    for (const change of missed) sendChange(change);
    sentRevision = Math.max(storage.revision(), since);
  }

  const unsubscribe = storage.subscribe(type.collection, sendChange);
  let cancelBookmark = (): void => {};
  const everyMinute = (): void => {
    cancelBookmark = clock.schedule(BOOKMARK_EVERY_MS, () => {
      sentRevision = storage.revision();
      bookmark();
      everyMinute();
    });
  };
  if (watch.bookmarks) everyMinute();
  const cancelTimeout = clock.schedule((watch.timeoutSeconds ?? 0) * 1000 || DEFAULT_TIMEOUT_MS, () => {
    sentRevision = storage.revision();
    if (watch.bookmarks) bookmark();
    response.end();
  });
  const stop = (): void => {
    unsubscribe();
    cancelBookmark();
    cancelTimeout();
    signal.removeEventListener('abort', end);
  };
  const end = (): void => void response.end();
  signal.addEventListener('abort', end);
  response.on('close', stop);
}

/** An object that begins to match is ADDED for this watcher, one that ends to match is DELETED. */
function eventFor(change: Change, watch: WatchRequest): EventType | undefined {
  const { type, namespace } = watch;
  if (namespace !== undefined && change.object.metadata.namespace !== namespace) return undefined;
  const now = change.type !== 'DELETED' && watch.matches(type.fromStored(change.object));
  const before = change.previous !== undefined && watch.matches(type.fromStored(change.previous));
  if (now) return before ? 'MODIFIED' : 'ADDED';
  return before ? 'DELETED' : undefined;
}

function bookmarkOf(type: ResourceType, revision: number, annotations: Record<string, string>, form: Form): JsonObject {
  const metadata = {
    resourceVersion: String(revision),
    creationTimestamp: null,
    ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
  };
  if (form.as === 'table')
    return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions: null, rows: [] };
  if (form.as === 'metadata') return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
  return { kind: type.kind, apiVersion: apiVersionOf(type), metadata };
}
