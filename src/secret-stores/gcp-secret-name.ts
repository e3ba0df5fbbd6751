// Names of secrets at Google: the ID within a project, or the whole name, which may lead to another project or into one region.
import type { Found } from './read-secrets.ts';

const WHOLE = /^projects\/([\w:.-]+)\/(?:locations\/([a-z\d-]+)\/)?secrets\/([\w-]{1,255})$/;

/** Differs from KEDA on purpose: there an ID is one of the own project. */
export function isWholeName(id: string): boolean {
  return WHOLE.test(id);
}

/** The name of the version; `project` is that of a secret that does not say it. */
export function nameOf(
  { id, version }: { readonly id: string; readonly version?: string | undefined },
  project: string,
): Found {
  const secret = isWholeName(id) ? id : `projects/${project}/secrets/${id}`;
  if (!isWholeName(secret)) {
    return {
      kind: 'missing',
      why: `secrets.id: expected letters, digits, - and _, or projects/PROJECT/secrets/ID, found ${JSON.stringify(id)}`,
    };
  }
  const which = version || 'latest';
  if (!/^[\w-]+$/.test(which))
    return {
      kind: 'missing',
      why: `secrets.version: expected a number, an alias or latest, found ${JSON.stringify(which)}`,
    };
  return { kind: 'set', value: `${secret}/versions/${which}` };
}

/** Secrets of one region are asked for there. */
export function versionUrl(name: string): URL {
  const location = /\/locations\/([a-z\d-]+)\//.exec(name)?.[1];
  const host = location === undefined ? 'secretmanager.googleapis.com' : `secretmanager.${location}.rep.googleapis.com`;
  return new URL(`https://${host}/v1/${name}:access`);
}
