// What brings a kind that the API server does not serve.
import type { Resource } from './client.ts';
import { resourceName } from './path.ts';

/** A command for the kinds that Sluice brings itself, otherwise what to install. */
export function mendMissingKind(resource: Pick<Resource, 'group' | 'plural'>): string {
  return /(^|\.)keda\.sh$/.test(resource.group)
    ? 'sluice crds | kubectl apply --server-side -f -'
    : `install what serves ${resourceName(resource)}`;
}
