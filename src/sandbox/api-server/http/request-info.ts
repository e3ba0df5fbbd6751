// What a URL asks for, in the words of Kubernetes: verb, group, version, resource, namespace, name, subresource.

export interface ResourceRequest {
  readonly kind: 'resource';
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

export type RequestInfo = ResourceRequest | { readonly kind: 'path'; readonly verb: string };

const COLLECTION_VERBS: Readonly<Record<string, string>> = {
  GET: 'list',
  HEAD: 'list',
  POST: 'create',
  DELETE: 'deletecollection',
};
const OBJECT_VERBS: Readonly<Record<string, string>> = {
  GET: 'get',
  HEAD: 'get',
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** A path below `/api/v1` or `/apis/<group>/<version>` with at least a resource is a resource request; all else is a path. */
export function readRequest(method: string, url: URL): RequestInfo {
  const [root, ...below] = url.pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decodePart);
  const [group = '', version = '', ...path] = root === 'api' ? ['', ...below] : below;
  if ((root !== 'api' && root !== 'apis') || path.length === 0) return { kind: 'path', verb: method.toLowerCase() };
  const { namespace, rest } = splitNamespace(path);
  const [plural = '', name, subresource] = rest;
  const verb = verbOf(method, url, name === undefined ? COLLECTION_VERBS : OBJECT_VERBS);
  return { kind: 'resource', verb, group, version, plural, namespace, name, subresource };
}

function verbOf(method: string, url: URL, verbs: Readonly<Record<string, string>>): string {
  const watching = method === 'GET' && ['true', '1'].includes(url.searchParams.get('watch') ?? '');
  return watching ? 'watch' : (verbs[method] ?? method.toLowerCase());
}

/** `/namespaces/<name>`, its status and its finalizers are about the namespace itself. */
function splitNamespace(path: readonly string[]): { namespace: string | undefined; rest: readonly string[] } {
  const [first, namespace, third, ...more] = path;
  const own = third === undefined || (more.length === 0 && ['status', 'finalize'].includes(third));
  return first === 'namespaces' && !own ? { namespace, rest: path.slice(2) } : { namespace: undefined, rest: path };
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
