// Makes us the owner of what somebody else wrote into an HPA, so that a later apply can take it away again.
import type { KubeClient, KubeObject, ObjectKey } from '../kube/client.ts';
import { HORIZONTAL_POD_AUTOSCALERS } from '../kube/resources.ts';

/** A tree of field names; a leaf is empty. */
interface FieldSet {
  readonly [field: string]: FieldSet;
}

interface ManagedFields {
  readonly manager?: string;
  readonly operation?: string;
  readonly apiVersion?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: FieldSet;
  readonly subresource?: string;
}

type Managed = KubeObject & { readonly metadata: { readonly managedFields?: readonly ManagedFields[] } };

/**
 * Server-side apply removes what its own manager applied before and nothing else (Kubernetes: Server-Side Apply, "Field management").
 * So everything that is written outside of subresources becomes ours; the values stay. A conflict means that somebody wrote meanwhile.
 */
export async function adoptFields(
  client: KubeClient,
  key: ObjectKey,
  manager: string,
  signal: AbortSignal,
): Promise<void> {
  const { apiVersion, metadata } = await client.get<Managed>(HORIZONTAL_POD_AUTOSCALERS, key, { signal });
  const entries = metadata.managedFields ?? [];
  const isWritten = (entry: ManagedFields): boolean => !entry.subresource && entry.apiVersion === apiVersion;
  const written = entries.filter(isWritten);
  if (written.length === 0) return;
  const fieldsV1 = written.reduce<FieldSet>((all, entry) => union(all, entry.fieldsV1 ?? {}), {});
  const ours = { manager, operation: 'Apply', apiVersion, fieldsType: 'FieldsV1', fieldsV1 };
  const managedFields = [...entries.filter((entry) => !isWritten(entry)), ours];
  const body = { metadata: { resourceVersion: metadata.resourceVersion, managedFields } };
  await client.patch(HORIZONTAL_POD_AUTOSCALERS, key, { type: 'merge', body }, { signal });
}

function union(a: FieldSet, b: FieldSet): FieldSet {
  const all: Record<string, FieldSet> = { ...a };
  for (const [field, below] of Object.entries(b)) all[field] = union(a[field] ?? {}, below);
  return all;
}
