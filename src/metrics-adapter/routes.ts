// What a request asks for. Pure: method and URL in, one of few things out.
import { GROUP, GROUP_VERSION } from './discovery.ts';

export type Probe = 'healthz' | 'livez' | 'readyz';

export type DocumentName = 'groups' | 'group' | 'resources' | 'openapi-v2' | 'openapi-v3' | 'openapi-v3-index';

export type Route =
  | { readonly kind: 'probe'; readonly probe: Probe }
  | { readonly kind: 'document'; readonly document: DocumentName }
  | { readonly kind: 'metric'; readonly namespace: string; readonly metric: string; readonly labelSelector: string }
  | { readonly kind: 'unknown'; readonly path: string }
  | { readonly kind: 'method'; readonly path: string; readonly method: string }
  | { readonly kind: 'malformed'; readonly path: string };

const PROBES: ReadonlyMap<string, Probe> = new Map([
  ['/healthz', 'healthz'],
  ['/livez', 'livez'],
  ['/readyz', 'readyz'],
]);

const DOCUMENTS: ReadonlyMap<string, DocumentName> = new Map([
  ['/apis', 'groups'],
  [`/apis/${GROUP}`, 'group'],
  [`/apis/${GROUP_VERSION}`, 'resources'],
  ['/openapi/v2', 'openapi-v2'],
  ['/openapi/v3', 'openapi-v3-index'],
  [`/openapi/v3/apis/${GROUP_VERSION}`, 'openapi-v3'],
]);

const METRIC = new RegExp(`^/apis/${GROUP_VERSION.replaceAll('.', '\\.')}/namespaces/([^/]+)/([^/]+)$`);

/** `url` is the request's target: path and query. */
export function routeOf(method: string, url: string): Route {
  const mark = url.indexOf('?');
  const raw = mark === -1 ? url : url.slice(0, mark);
  const path = raw.length > 1 && raw.endsWith('/') ? raw.slice(0, -1) : raw;
  const route = pathRoute(path, mark === -1 ? '' : url.slice(mark + 1));
  if (route.kind === 'unknown' || route.kind === 'malformed' || method === 'GET') return route;
  return { kind: 'method', path, method };
}

function pathRoute(path: string, query: string): Route {
  const probe = PROBES.get(path);
  if (probe !== undefined) return { kind: 'probe', probe };
  const document = DOCUMENTS.get(path);
  if (document !== undefined) return { kind: 'document', document };
  const [, namespace, metric] = METRIC.exec(path) ?? [];
  if (namespace === undefined || metric === undefined) return { kind: 'unknown', path };
  try {
    const labelSelector = new URLSearchParams(query).get('labelSelector') ?? '';
    return {
      kind: 'metric',
      namespace: decodeURIComponent(namespace),
      metric: decodeURIComponent(metric),
      labelSelector,
    };
  } catch {
    return { kind: 'malformed', path }; // a percent sign that begins no escape
  }
}
