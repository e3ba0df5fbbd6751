// What this account may list, asked beforehand: a call that is refused would be told as trouble, and counted as an attempt by auditors.
import { KubeError } from '../errors.ts';
import type { KubeClient, Resource } from './client.ts';

export interface OwnRights {
  /** All objects of a namespace, or the one of that name. Rejects with a KubeError when the API server does not say. */
  mayList(resource: Resource, namespace: string, name: string | undefined, signal: AbortSignal): Promise<boolean>;
}

interface Review {
  readonly status?: { readonly allowed?: boolean };
}

const PATH = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** Who may list a kind in all namespaces is asked once; otherwise each question is asked anew, since rights are granted at any time. */
export function createOwnRights({ client }: { readonly client: KubeClient }): OwnRights {
  const everywhere = new Map<Resource, Promise<boolean>>();

  async function ask(attributes: Readonly<Record<string, string>>, signal: AbortSignal): Promise<boolean> {
    const spec = { resourceAttributes: { ...attributes, verb: 'list' } };
    const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec };
    try {
      return (await client.request<Review>('POST', PATH, body, { signal })).status?.allowed === true;
    } catch (error) {
      // Where nobody may ask, the call itself will tell.
      if (error instanceof KubeError && ['KUBE_NOT_FOUND', 'KUBE_FORBIDDEN'].includes(error.code)) return true;
      throw error;
    }
  }

  function mayListEverywhere(resource: Resource): Promise<boolean> {
    const known = everywhere.get(resource);
    if (known) return known;
    // Shared by many, so no single caller's signal may end it; the client's own deadline bounds it.
    const asked = ask(attributesOf(resource), new AbortController().signal);
    everywhere.set(resource, asked);
    asked.catch(() => everywhere.delete(resource));
    return asked;
  }

  return {
    async mayList(resource, namespace, name, signal) {
      if (await mayListEverywhere(resource)) return true;
      signal.throwIfAborted();
      return ask({ ...attributesOf(resource), namespace, ...(name === undefined ? {} : { name }) }, signal);
    },
  };
}

function attributesOf({ group, version, plural }: Resource): Readonly<Record<string, string>> {
  return { group, version, resource: plural };
}
