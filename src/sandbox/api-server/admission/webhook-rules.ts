// Which requests a validating webhook wants to see: its rules, and its selectors for namespaces and objects.
import { isObject, type Json, type JsonObject, listAt, objectAt, textAt } from '../object.ts';
import { selectorFromObject } from '../selectors.ts';
import type { Storage } from '../storage.ts';
import type { AdmissionRequest } from './admission.ts';

export function wants(webhook: JsonObject, request: AdmissionRequest, storage: Storage): boolean {
  const { type, object, old } = request;
  // Nobody can lock themselves out of their own webhooks.
  if (type.group === 'admissionregistration.k8s.io') return false;
  if (!listAt(webhook, 'rules').some((rule) => ruleMatches(rule, request))) return false;
  if (!namespaceMatches(webhook, request, storage)) return false;
  const selects = selectorFromObject(webhook['objectSelector'] ?? {});
  return [object, old].some((candidate) => candidate !== undefined && selects(candidate.metadata.labels ?? {}));
}

function ruleMatches(rule: Json, { type, operation, options }: AdmissionRequest): boolean {
  const has = (field: string, value: string): boolean => {
    const allowed = listAt(rule, field);
    return allowed.includes('*') || allowed.includes(value);
  };
  const scope = textAt(rule, 'scope') ?? '*';
  return (
    has('operations', operation) &&
    has('apiGroups', type.group) &&
    has('apiVersions', type.version) &&
    resourceMatches(listAt(rule, 'resources').map(String), type.plural, options.subresource) &&
    (scope === '*' || (scope === 'Namespaced') === type.namespaced)
  );
}

// `pods` is the object, `pods/status` its subresource, `pods/*` all of them, `*` every object, `*/*` everything.
function resourceMatches(wanted: readonly string[], plural: string, subresource: string | undefined): boolean {
  return wanted.some((pattern) => {
    const [resource, sub] = pattern.split('/');
    const named = resource === '*' || resource === plural;
    if (sub === undefined) return named && subresource === undefined;
    return named && (sub === '*' || sub === subresource);
  });
}

function namespaceMatches(webhook: JsonObject, { object, old, type }: AdmissionRequest, storage: Storage): boolean {
  const selector = webhook['namespaceSelector'] ?? {};
  if (isObject(selector) && Object.keys(selector).length === 0) return true;
  const subject = object ?? old;
  const namespace = type.kind === 'Namespace' ? subject?.metadata.name : subject?.metadata.namespace;
  if (namespace === undefined) return true;
  const labels = objectAt(storage.get('/namespaces', undefined, namespace), 'metadata', 'labels');
  return selectorFromObject(selector)(labels as Record<string, string>);
}
