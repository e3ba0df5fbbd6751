// RFC 7386 JSON merge patch: null removes, objects merge, everything else replaces.
import { isObject, type Json } from '../object.ts';

/** `target` with `patch` merged in; shares what the patch does not touch. */
export function applyMergePatch(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const out: Record<string, Json | undefined> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === undefined) continue;
    if (value === null) delete out[key];
    else out[key] = applyMergePatch(out[key], value);
  }
  return out;
}
