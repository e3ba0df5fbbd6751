// Patches of plain objects, for the API server in memory.
import { KubeError } from '../../src/errors.ts';
import type { PatchBody } from '../../src/kube/client.ts';

type Json = Record<string, unknown>;

export function patched(base: object, patch: PatchBody): Json {
  if (patch.type !== 'json') return merged(structuredClone(base), structuredClone(patch.body)) as Json;
  const result = structuredClone(base) as Json;
  for (const step of patch.body as readonly { op: string; path: string; value?: unknown }[]) {
    const keys = step.path
      .split('/')
      .slice(1)
      .map((k) => k.replaceAll('~1', '/').replaceAll('~0', '~'));
    const last = keys.pop() ?? '';
    const parent = keys.reduce<Json>((at, key) => at[key] as Json, result);
    if (step.op === 'test') {
      if (JSON.stringify(parent[last]) !== JSON.stringify(step.value)) {
        throw new KubeError(`test of ${step.path} failed`, { code: 'KUBE_INVALID', retry: 'never', status: 422 });
      }
    } else if (step.op !== 'remove') parent[last] = step.value;
    else if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete parent[last];
  }
  return result;
}

/** RFC 7386; good enough for an apply by one manager and for strategic patches without lists. */
export function merged(base: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Json = typeof base === 'object' && base !== null && !Array.isArray(base) ? { ...(base as Json) } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else if (value !== undefined) result[key] = merged(result[key], value);
  }
  return result;
}
