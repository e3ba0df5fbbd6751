// The way of a request: who asks, what for, may they, who serves it; and whatever goes wrong becomes a Status.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { authenticate, impersonated, type TokenTable } from '../access/authentication.ts';
import type { Authorizer } from '../access/authorization.ts';
import { answerReview, isReview } from '../access/reviews.ts';
import type { Aggregator } from '../aggregation/aggregator.ts';
import { decodeObject } from '../decode.ts';
import type { Logger } from '../../../log.ts';
import type { Registry } from '../registry.ts';
import type { ResourceType } from '../resource-type.ts';
import { methodNotAllowed, noSuchPath, StatusError } from '../status.ts';
import type { User } from '../write-options.ts';
import { type Exchange, readBody, sendError, sendJson } from './exchange.ts';
import type { FaultInjector } from './faults.ts';
import { type PathContext, servePath } from './paths.ts';
import type { Reads } from './reads.ts';
import { readRequest, type RequestInfo, type ResourceRequest } from './request-info.ts';
import type { Subresources } from './subresources.ts';
import { type Writes, writeOptions } from './writes.ts';

export interface HandlerParts {
  readonly registry: Registry;
  readonly tokens: TokenTable;
  readonly authorize: Authorizer;
  readonly aggregator: Aggregator;
  readonly reads: Reads;
  readonly writes: Writes;
  readonly subresources: Subresources;
  readonly paths: PathContext;
  readonly faults: FaultInjector;
  readonly log: Logger;
  readonly stopping: AbortSignal;
}

type Serve = (exchange: Exchange, type: ResourceType, info: ResourceRequest) => void | Promise<void>;

const VERBS: Readonly<Record<string, (reads: Reads, writes: Writes) => Serve>> = {
  get: (reads) => reads.get,
  list: (reads) => reads.list,
  watch: (reads) => reads.watch,
  create: (_reads, writes) => writes.create,
  update: (_reads, writes) => writes.replace,
  patch: (_reads, writes) => writes.patch,
  delete: (_reads, writes) => writes.remove,
  deletecollection: (_reads, writes) => writes.removeCollection,
};

export function createHandler(parts: HandlerParts): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const controller = new AbortController();
    const stop = (): void => controller.abort(parts.stopping.reason);
    parts.stopping.addEventListener('abort', stop, { once: true });
    response.once('close', () => {
      parts.stopping.removeEventListener('abort', stop);
      controller.abort(new Error('the client went away'));
    });
    const url = new URL(request.url ?? '/', 'https://sandbox');
    const exchange = {
      request,
      response,
      method: request.method ?? 'GET',
      url,
      query: url.searchParams,
      signal: controller.signal,
      warnings: [],
    };
    if (parts.faults.strike(request, response)) return;
    serve(exchange).catch((error: unknown) => fail({ ...exchange, user: NOBODY }, error));
  };

  async function serve(anonymous: Omit<Exchange, 'user'>): Promise<void> {
    const { request, method, url } = anonymous;
    const user = impersonated(request, authenticate(request, parts.tokens));
    const exchange: Exchange = { ...anonymous, user };
    const info = readRequest(method, url);
    checkAccess(user, url, info);
    const remote = parts.aggregator.find(url.pathname);
    if (remote) return parts.aggregator.forward(exchange, remote);
    if (info.kind === 'path') return servePath(exchange, parts.paths);
    const type = parts.registry.find(info.group, info.version, info.plural);
    if (!type || (info.namespace !== undefined && !type.namespaced)) throw noSuchPath();
    await dispatch(exchange, type, info);
  }

  function checkAccess(user: User, url: URL, info: RequestInfo): void {
    if (info.kind === 'path') {
      if (parts.authorize({ user, verb: info.verb, path: url.pathname }).allowed) return;
      throw new StatusError(
        403,
        'Forbidden',
        `forbidden: User "${user.name}" cannot ${info.verb} path "${url.pathname}"`,
        { details: {} },
      );
    }
    const { group, plural, subresource, namespace, verb, name } = info;
    const { allowed, reason } = parts.authorize({ user, verb, group, resource: plural, subresource, namespace });
    if (allowed) return;
    const resource = subresource ? `${plural}/${subresource}` : plural;
    const scope = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
    const subject = `${group === '' ? plural : `${plural}.${group}`}${name === undefined ? '' : ` "${name}"`}`;
    throw new StatusError(
      403,
      'Forbidden',
      `${subject} is forbidden: User "${user.name}" cannot ${verb} resource "${resource}" in API group "${group}" ${scope}${reason === '' ? '' : `: ${reason}`}`,
      { details: { ...(name === undefined ? {} : { name }), ...(group === '' ? {} : { group }), kind: plural } },
    );
  }

  async function dispatch(exchange: Exchange, type: ResourceType, info: ResourceRequest): Promise<void> {
    const { reads, writes, subresources } = parts;
    if (info.subresource === 'status' && !type.hasStatus) throw noSuchPath();
    if (info.subresource === 'finalize' && type.kind === 'Namespace') return writes.replace(exchange, type, info);
    if (info.subresource !== undefined && info.subresource !== 'status')
      return subresources.serve(exchange, type, info);
    if (isReview(type.kind)) return review(exchange, type, info);
    const serve = Object.hasOwn(VERBS, info.verb) ? VERBS[info.verb] : undefined;
    const misplaced = info.verb === 'create' && (info.name !== undefined || (type.namespaced && !info.namespace));
    if (!serve || misplaced) throw methodNotAllowed();
    await serve(reads, writes)(exchange, type, info);
  }

  async function review(exchange: Exchange, type: ResourceType, info: ResourceRequest): Promise<void> {
    if (info.verb !== 'create') throw methodNotAllowed();
    const body = decodeObject(type, (await readBody(exchange.request)) ?? {}, writeOptions(exchange, info));
    const { tokens, authorize } = parts;
    sendJson(
      exchange,
      201,
      answerReview(type.kind, body, { user: exchange.user, namespace: info.namespace, authorize, tokens }),
    );
  }

  function fail(exchange: Exchange, error: unknown): void {
    if (exchange.signal.aborted && !(error instanceof StatusError)) return void exchange.response.destroy();
    if (error instanceof StatusError) return sendError(exchange, error);
    parts.log.error('request failed', { method: exchange.method, path: exchange.url.pathname, error });
    sendError(
      exchange,
      new StatusError(
        500,
        'InternalError',
        `Internal error occurred: ${error instanceof Error ? error.message : String(error)}`,
      ),
    );
  }
}

const NOBODY: User = { name: '', groups: [] };
