// Subresources other than status: scale, a pod's binding, eviction and log, a namespace's finalizers, a service account's token.
import { finished } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { TokenTable } from '../access/authentication.ts';
import { decideEviction } from '../eviction.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  listAt,
  objectAt,
  textAt,
  timeText,
  withAt,
  numberAt,
} from '../object.ts';
import type { ResourceType } from '../resource-type.ts';
import { SCALE_SCHEMA, scaleOf, withScale } from '../scale.ts';
import { badRequest, conflict, methodNotAllowed, noSuchPath, notFound, StatusError } from '../status.ts';
import type { Storage } from '../storage.ts';
import type { ObjectWriter } from '../writer.ts';
import type { Clock } from '../../../async.ts';
import { type Exchange, readBody, sendJson } from './exchange.ts';
import type { ResourceRequest } from './request-info.ts';
import { patchOf, writeOptions } from './writes.ts';

/** Where the lines of a container come from; the node agent knows. */
export interface PodLogs {
  logs(
    namespace: string,
    pod: string,
    container: string,
    options: {
      readonly tailLines?: number;
      readonly follow?: boolean;
      readonly previous?: boolean;
      readonly sinceSeconds?: number;
      readonly timestamps?: boolean;
      readonly signal: AbortSignal;
    },
  ): AsyncIterable<string>;
}

export interface Subresources {
  serve(exchange: Exchange, type: ResourceType, info: ResourceRequest): Promise<void>;
}

type Serve = (exchange: Exchange, type: ResourceType, info: ResourceRequest) => Promise<void>;

const SUCCESS: JsonObject = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };
const TOKEN_SECONDS = 3600;

export function createSubresources(parts: {
  storage: Storage;
  writer: ObjectWriter;
  tokens: TokenTable;
  clock: Clock;
  random: () => number;
  podLogs: () => PodLogs | undefined;
}): Subresources {
  const { storage, writer, tokens, clock } = parts;

  const find = (type: ResourceType, info: ResourceRequest) => {
    const found = storage.get(type.collection, info.namespace, info.name ?? '');
    if (!found) throw notFound(type, info.name ?? '');
    return type.fromStored(found);
  };

  const scale: Serve = async (exchange, type, info) => {
    const paths = type.scale;
    if (!paths) throw noSuchPath();
    if (info.verb === 'get') return sendJson(exchange, 200, scaleOf(find(type, info), paths));
    const body = (await readBody(exchange.request)) ?? {};
    const options = { ...writeOptions(exchange, info), subresource: 'scale' as const };
    const edit = scaleEdit(exchange, info, body);
    const object = await writer.update(
      type,
      info.namespace,
      info.name ?? '',
      (existing) => ({ object: withScale(existing, paths, edit(scaleOf(existing, paths))) }),
      options,
    );
    sendJson(exchange, 200, scaleOf(object, paths));
  };

  const binding: Serve = async (exchange, type, info) => {
    const body = await readBody(exchange.request);
    const node = textAt(body, 'target', 'name');
    if (!node) throw badRequest('target.name: Required value');
    if (textAt(body, 'metadata', 'name') !== info.name) {
      throw badRequest('name in URL does not match name in Binding object');
    }
    const edit = (pod: ReturnType<typeof find>): { object: JsonObject } => {
      const bound = textAt(pod, 'spec', 'nodeName');
      if (bound)
        throw conflict(
          { group: '', plural: 'pods/binding' },
          pod.metadata.name,
          `pod ${pod.metadata.name} is already assigned to node "${bound}"`,
        );
      const condition = {
        type: 'PodScheduled',
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: timeText(clock.now()),
      };
      const others = listAt(pod, 'status', 'conditions').filter((c) => textAt(c, 'type') !== 'PodScheduled');
      const assigned = withAt(pod, ['spec', 'nodeName'], node);
      return { object: withAt(assigned, ['status', 'conditions'], [...others, condition]) };
    };
    // A binding is the one write that touches specification and status at once.
    const unsplit: ResourceType = { ...type, hasStatus: false, validate: () => [] };
    await writer.update(unsplit, info.namespace, info.name ?? '', edit, writeOptions(exchange, info));
    sendJson(exchange, 201, SUCCESS);
  };

  const eviction: Serve = async (exchange, type, info) => {
    const body = (await readBody(exchange.request)) ?? {};
    const pod = find(type, info);
    decideEviction(storage, pod);
    const options = writeOptions(exchange, info);
    const how = {
      propagation: 'Background' as const,
      graceSeconds: numberAt(body, 'deleteOptions', 'gracePeriodSeconds'),
      uid: textAt(body, 'deleteOptions', 'preconditions', 'uid'),
      resourceVersion: undefined,
    };
    await writer.remove(type, pod, how, options);
    sendJson(exchange, 201, SUCCESS);
  };

  const log: Serve = async (exchange, type, info) => {
    const pod = find(type, info);
    const { query, response, signal } = exchange;
    const names = [
      ...listAt(pod, 'status', 'containerStatuses'),
      ...listAt(pod, 'spec', 'containers'),
      ...listAt(pod, 'spec', 'initContainers'),
    ].flatMap((c) => textAt(c, 'name') ?? []);
    const known = [...new Set(names)];
    const own = listAt(pod, 'spec', 'containers').flatMap((c) => textAt(c, 'name') ?? []);
    const container = query.get('container') || (own.length === 1 ? own[0] : undefined);
    if (container === undefined) {
      throw badRequest(`a container name must be specified for pod ${info.name}, choose one of: [${own.join(' ')}]`);
    }
    if (!known.includes(container)) throw badRequest(`container ${container} is not valid for pod ${info.name}`);
    const source = parts.podLogs();
    if (!source) throw new StatusError(503, 'ServiceUnavailable', 'no node agent serves logs here');
    const number = (name: string): number | undefined =>
      query.get(name) === null ? undefined : Number(query.get(name));
    const [tailLines, sinceSeconds] = [number('tailLines'), number('sinceSeconds')];
    const lines = source.logs(info.namespace ?? '', info.name ?? '', container, {
      ...(tailLines === undefined ? {} : { tailLines }),
      ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
      follow: query.get('follow') === 'true',
      previous: query.get('previous') === 'true',
      timestamps: query.get('timestamps') === 'true',
      signal,
    });
    const iterator = withNewlines(lines)[Symbol.asyncIterator]();
    // Until there is a first line, a container without logs can still be answered with a reason.
    const first = await iterator.next().catch((error: unknown) => {
      throw error instanceof StatusError ? error : badRequest(error instanceof Error ? error.message : String(error));
    });
    response.writeHead(200, { 'content-type': 'text/plain' });
    const text = Readable.from(continued(first, iterator), { objectMode: false });
    // The client may leave in the middle of a line, and the agent may end with an error: both end the answer.
    await finished(text.pipe(response), { signal }).catch(() => text.destroy());
    response.end();
  };

  const token: Serve = async (exchange, type, info) => {
    const body = (await readBody(exchange.request)) ?? {};
    find(type, info);
    const value = Array.from({ length: 43 }, () => Math.floor(parts.random() * 36).toString(36)).join('');
    const seconds = numberAt(body, 'spec', 'expirationSeconds') ?? TOKEN_SECONDS;
    tokens.add(value, {
      name: `system:serviceaccount:${info.namespace}:${info.name}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${info.namespace}`],
    });
    sendJson(exchange, 201, {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: info.name, namespace: info.namespace },
      spec: objectAt(body, 'spec'),
      status: { token: value, expirationTimestamp: timeText(clock.now() + seconds * 1000) },
    });
  };

  const SERVES: Readonly<Record<string, Serve>> = {
    scale,
    'pods/binding': binding,
    'pods/eviction': eviction,
    'pods/log': log,
    'serviceaccounts/token': token,
  };

  return {
    async serve(exchange, type, info) {
      const name = info.subresource ?? '';
      const serve = name === 'scale' ? scale : SERVES[`${type.plural}/${name}`];
      const declared = type.subresources.find((sub) => sub.name === name);
      if (!serve || !declared) throw noSuchPath();
      if (!declared.verbs.includes(info.verb)) throw methodNotAllowed();
      await serve(exchange, type, info);
    },
  };
}

function scaleEdit(exchange: Exchange, info: ResourceRequest, body: Json): (scale: JsonObject) => JsonObject {
  if (!isObject(body)) throw badRequest('the body must be a Scale or a patch of one');
  if (info.verb === 'update') return () => body;
  if (exchange.request.headers['content-type']?.startsWith('application/apply-patch')) {
    return (scale) => withAt(scale, ['spec', 'replicas'], numberAt(body, 'spec', 'replicas'));
  }
  const edit = patchOf(exchange, SCALE_SCHEMA, body);
  return (scale) => {
    const { resourceVersion: _current, ...metadata } = objectAt(scale, 'metadata');
    return edit({ ...scale, metadata });
  };
}

async function* withNewlines(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield line.endsWith('\n') ? line : `${line}\n`;
}

async function* continued(first: IteratorResult<string>, rest: AsyncIterator<string>): AsyncGenerator<string> {
  for (let step = first; step.done !== true; step = await rest.next()) yield step.value;
}
