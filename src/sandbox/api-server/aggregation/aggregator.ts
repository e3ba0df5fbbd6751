// The aggregator: API groups that another server answers, reached through its Service and asked in the user's name.
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../../async.ts';
import type { Logger } from '../../../log.ts';
import type { CertificatePair } from '../../../pki.ts';
import type { RemoteGroupVersion } from '../http/discovery.ts';
import { type Exchange, readText, send } from '../http/exchange.ts';
import { type ApiObject, numberAt, objectAt, textAt } from '../object.ts';
import { API_SERVICES, type Registry } from '../registry.ts';
import type { Storage } from '../storage.ts';
import type { ObjectWriter } from '../writer.ts';
import { createAvailability } from './availability.ts';
import { createOutgoing, type Destination } from './outgoing.ts';
import { type Resolved, resolveService } from './service-address.ts';

export interface Aggregator {
  /** The APIService a path belongs to, when another server answers it. */
  find(pathname: string): ApiObject | undefined;
  forward(exchange: Exchange, service: ApiObject): Promise<void>;
  discovered(): readonly RemoteGroupVersion[];
  stop(): void;
}

/** Not passed on: they belong to one connection, or would let a client speak in another's name. */
const OWN_HEADERS =
  /^(connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|host|content-length|authorization|x-remote-.*|impersonate-.*)$/;

export function createAggregator(parts: {
  storage: Storage;
  writer: ObjectWriter;
  registry: Registry;
  clock: Clock;
  log: Logger;
  /** With which the aggregator shows itself. */
  client: CertificatePair;
}): Aggregator {
  const { storage, client } = parts;
  const outgoing = createOutgoing(client);
  const services = new Map<string, ApiObject>();
  const groupVersion = (service: ApiObject): string =>
    `${textAt(service, 'spec', 'group')}/${textAt(service, 'spec', 'version')}`;

  const note = (service: ApiObject, present: boolean): void => {
    const remote = present && textAt(service, 'spec', 'service', 'name') !== undefined;
    if (remote) services.set(groupVersion(service), service);
    else services.delete(groupVersion(service));
  };
  for (const service of storage.list(API_SERVICES)) note(service, true);
  const unsubscribe = storage.subscribe(API_SERVICES, (change) => note(change.object, change.type !== 'DELETED'));

  const resolve = (service: ApiObject): Resolved => {
    const reference = objectAt(service, 'spec', 'service');
    return resolveService(storage, {
      namespace: textAt(reference, 'namespace') ?? '',
      name: textAt(reference, 'name') ?? '',
      port: numberAt(reference, 'port') ?? 443,
    });
  };
  const destination = (service: ApiObject, at: Extract<Resolved, { found: true }>): Destination => {
    const bundle = textAt(service, 'spec', 'caBundle');
    return {
      host: at.host,
      port: at.port,
      secure: true,
      ca: bundle ? Buffer.from(bundle, 'base64').toString('utf8') : undefined,
      insecure: objectAt(service, 'spec')['insecureSkipTLSVerify'] === true,
      serverName: `${textAt(service, 'spec', 'service', 'name')}.${textAt(service, 'spec', 'service', 'namespace')}.svc`,
    };
  };
  const availability = createAvailability({
    ...parts,
    outgoing,
    resolve,
    destination,
    services: () => [...services.values()],
  });

  return {
    find(pathname) {
      const [, root, group, version] = pathname.split('/');
      return root === 'apis' && version !== undefined ? services.get(`${group}/${version}`) : undefined;
    },
    discovered: () =>
      [...services.values()].map((service) => ({
        group: textAt(service, 'spec', 'group') ?? '',
        version: textAt(service, 'spec', 'version') ?? '',
        resources: availability.resources(service.metadata.name),
      })),
    async forward(exchange, service) {
      const { request, response, user, url, signal, method } = exchange;
      const at = resolve(service);
      if (!at.found) return send(exchange, 503, 'service unavailable\n', 'text/plain; charset=utf-8');
      const body = ['GET', 'HEAD'].includes(method) ? undefined : await readText(request);
      const passed = Object.entries(request.headers).filter(
        ([name, value]) => value !== undefined && !OWN_HEADERS.test(name),
      );
      const headers = {
        ...Object.fromEntries(passed),
        'x-remote-user': user.name,
        'x-remote-group': [...user.groups],
        'x-forwarded-host': request.headers.host ?? '',
        'x-forwarded-uri': url.pathname,
        ...(body ? { 'content-length': String(body.length) } : {}),
      };
      try {
        const answer = await outgoing.open(
          destination(service, at),
          { method, path: `${url.pathname}${url.search}`, headers, signal },
          body,
        );
        const kept = Object.entries(answer.headers).filter(
          ([name]) => name === 'content-length' || !OWN_HEADERS.test(name),
        );
        for (const [name, value] of kept) if (value !== undefined) response.setHeader(name, value);
        response.writeHead(answer.statusCode ?? 502);
        await pipeline(answer, response, { signal });
      } catch (error) {
        if (signal.aborted) return void response.destroy();
        if (response.headersSent) return void response.destroy();
        send(
          exchange,
          503,
          `error trying to reach service: ${error instanceof Error ? error.message : String(error)}\n`,
          'text/plain; charset=utf-8',
        );
      }
    },
    stop() {
      unsubscribe();
      availability.stop();
      outgoing.close();
    },
  };
}
