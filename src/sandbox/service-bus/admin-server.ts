// The management API over HTTP: create, read, update, delete and list entities, with their message counts.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../async.ts';
import { absent, type AdminRequest, type Answer, missing, ok, refuse, renderPage } from './admin-answer.ts';
import { describe } from './description.ts';
import { entityPath, readElements, renderEntity, renderError, renderNamespace } from './atom.ts';
import { type Fault, RUBBISH } from './faults.ts';
import type { Entity, Namespace } from './namespace.ts';
import { answerRules } from './rules-api.ts';
import { refuseToken, type SharedAccessKey } from './sas.ts';

export interface AdminDeps {
  readonly namespace: Namespace;
  readonly clock: Clock;
  readonly key: () => SharedAccessKey;
  readonly fault: () => Fault | undefined;
  readonly vouches: (token: string) => boolean;
}

const NAME = /^[\w.~-][\w.~/-]{0,259}$/;

export function createAdminHandler(deps: AdminDeps): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const fault = deps.fault();
      if (fault?.type === 'hang') return;
      if (fault?.type === 'rubbish') return void response.writeHead(200, { 'content-type': 'text/html' }).end(RUBBISH);
      if (fault?.type === 'status') {
        const retry = fault.retryAfterSeconds;
        if (retry !== undefined) response.setHeader('retry-after', String(retry));
        return send(response, {
          status: fault.status,
          xml: renderError(fault.status, 'The emulator was told to fail.'),
        });
      }
      send(response, answer(request, Buffer.concat(chunks).toString('utf8'), deps));
    });
  };
}

function send(response: ServerResponse, { status, xml }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/atom+xml;type=entry;charset=utf-8' }).end(xml);
}

function answer(request: IncomingMessage, body: string, deps: AdminDeps): Answer {
  const base = `http://${request.headers.host ?? 'localhost'}`;
  const url = URL.parse(request.url ?? '/', base);
  if (!url) return refuse(400, `The address '${request.url}' can't be read.`);
  const path = decodePath(url.pathname);
  const { authorization = '' } = request.headers;
  const isVouchedFor = deps.vouches(/^Bearer (.+)$/.exec(authorization)?.[1] ?? '');
  const refused = isVouchedFor ? undefined : refuseToken(authorization, deps.key(), path, deps.clock.now());
  if (refused !== undefined) return refuse(401, `InvalidSignature: The token has an invalid signature. (${refused})`);
  const asked: AdminRequest = {
    method: request.method ?? 'GET',
    path,
    query: url.searchParams,
    body,
    update: request.headers['if-match'] !== undefined,
    base,
  };
  return route(asked, deps);
}

function decodePath(pathname: string): string {
  try {
    return decodeURIComponent(pathname).replace(/^\/+|\/+$/g, '');
  } catch {
    return pathname.slice(1);
  }
}

function route(asked: AdminRequest, deps: AdminDeps): Answer {
  const { namespace } = deps;
  const { method, path } = asked;
  const lower = path.toLowerCase();
  if (method === 'GET') {
    if (lower === '$namespaceinfo') return ok(renderNamespace(asked.base, deps.clock.now()));
    if (lower === '$resources/queues') return page(asked, namespace.queues());
    if (lower === '$resources/topics') return page(asked, namespace.topics());
  }
  const rules = /^(.+\/subscriptions\/[^/]+)\/rules(?:\/([^/]+))?$/i.exec(path);
  if (rules) return answerRules(asked, namespace.find(rules[1] ?? ''), rules[2], deps.clock.now());
  const list = /^(.+)\/subscriptions$/i.exec(path);
  if (list) {
    const topic = namespace.find(list[1] ?? '');
    return topic?.kind === 'topic' ? page(asked, [...topic.subscriptions.values()]) : absent(asked);
  }
  return answerEntity(asked, namespace);
}

function answerEntity(asked: AdminRequest, namespace: Namespace): Answer {
  const entity = namespace.find(asked.path);
  switch (asked.method) {
    case 'GET':
      return entity ? ok(renderEntity(entity, asked.base)) : absent(asked);
    case 'DELETE':
      return namespace.delete(asked.path) ? ok('') : missing(asked.path);
    case 'PUT':
      return entity || asked.update ? update(asked, entity, namespace) : create(asked, namespace);
    default:
      return refuse(405, `The method ${asked.method} is not known here.`);
  }
}

function update(asked: AdminRequest, entity: Entity | undefined, namespace: Namespace): Answer {
  if (!entity) return missing(asked.path);
  if (!asked.update) {
    return refuse(409, `SubCode=40900. Conflict. The entity '${asked.path}' already exists.`);
  }
  const description = describe(readElements(asked.body));
  if (typeof description === 'string') return refuse(400, description);
  namespace.update(entity, description);
  return ok(renderEntity(entity, asked.base));
}

function create(asked: AdminRequest, namespace: Namespace): Answer {
  const description = describe(readElements(asked.body));
  if (typeof description === 'string') return refuse(400, description);
  if (!NAME.test(asked.path)) return refuse(400, `'${asked.path}' is no valid name for an entity.`);
  const [, topic = '', name = ''] = /^(.+)\/subscriptions\/([^/]+)$/i.exec(asked.path) ?? [];
  if (name !== '') {
    if (namespace.find(topic)?.kind !== 'topic') return missing(topic);
    return created(asked, namespace.createSubscription(topic, name, description));
  }
  return created(
    asked,
    asked.body.includes('<TopicDescription')
      ? namespace.createTopic(asked.path, description)
      : namespace.createQueue(asked.path, description),
  );
}

function created(asked: AdminRequest, entity: Entity | undefined): Answer {
  return entity
    ? { status: 201, xml: renderEntity(entity, asked.base) }
    : refuse(409, `SubCode=40900. Conflict. The entity '${asked.path}' already exists.`);
}

function page(asked: AdminRequest, all: readonly Entity[]): Answer {
  return ok(
    renderPage(
      asked,
      [...all].sort((a, b) => (entityPath(a) < entityPath(b) ? -1 : 1)),
      (entity) => renderEntity(entity, asked.base),
    ),
  );
}
