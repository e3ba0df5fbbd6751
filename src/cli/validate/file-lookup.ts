// The lookup port of the parameter resolution, answered from files. What they don't hold is unresolved, not missing.
import { z } from 'zod';
import { API_VERSION, GROUP } from '../../api/names.ts';
import { inspect } from '../../api/parse.ts';
import {
  type Found,
  type Lookup,
  type PodTemplate,
  type SecretData,
  UNRESOLVED,
  unresolved,
} from '../../controller/auth/lookup.ts';
import { groupOf, type Inventory } from './inventory.ts';
import type { Manifest, PlainObject } from './manifest-file.ts';

/** Stands for the namespace of the objects that a ClusterTriggerAuthentication names; which one that is, files don't say. */
export const CLUSTER_OBJECT_NAMESPACE = '<cluster object namespace>';

/** `file` is where the reference stands: of several objects of one name the nearest is meant. */
export function createFileLookup(inventory: Inventory, file: string): Lookup {
  const find = (group: string, kind: string, namespace: string, name: string): Manifest | undefined => {
    const anywhere = namespace === CLUSTER_OBJECT_NAMESPACE ? '' : namespace;
    return inventory.nearest({ group, kind, namespace: anywhere, name }, file);
  };
  const authentication = (
    kind: 'TriggerAuthentication' | 'ClusterTriggerAuthentication',
    namespace: string,
    name: string,
  ) => {
    const manifest = find(GROUP, kind, namespace, name);
    // One that is wrong is told of where it stands; its users are not to blame.
    return (manifest && inspect(kind, { ...manifest.value, apiVersion: API_VERSION }).object) ?? unresolved;
  };
  return {
    ...UNRESOLVED,
    secret: (namespace, name) => Promise.resolve(secretData(find('', 'Secret', namespace, name)?.value)),
    configMap: (namespace, name) =>
      Promise.resolve(known(StringMap, find('', 'ConfigMap', namespace, name)?.value, 'data')),
    triggerAuthentication: (namespace, name) =>
      Promise.resolve(authentication('TriggerAuthentication', namespace, name)),
    clusterTriggerAuthentication: (name) => Promise.resolve(authentication('ClusterTriggerAuthentication', '', name)),
    serviceAccount: (namespace, name) => {
      const metadata = find('', 'ServiceAccount', namespace, name)?.value['metadata'];
      return Promise.resolve(known(StringMap, metadata as PlainObject | undefined, 'annotations'));
    },
    podTemplate: ({ apiVersion, kind, namespace, name }) => {
      const target = find(groupOf(apiVersion), kind, namespace, name);
      return Promise.resolve(target === undefined ? unresolved : podTemplateOf(target.value));
    },
  };
}

const StringMap = z.record(z.string(), z.string());

function known(schema: typeof StringMap, value: PlainObject | undefined, field: string): Found<SecretData> {
  if (value === undefined) return unresolved;
  return schema.safeParse(value[field] ?? {}).data ?? unresolved;
}

/** A Secret in a repository often holds something to be filled in; nothing can be concluded from that. */
const PLACEHOLDER = /^\s*$|[<>]|\$\{|\$\(|\{\{|^x+$|change[ _-]?me|replace|your[ _-]|placeholder|todo|\.\.\./i;

function secretData(value: PlainObject | undefined): Found<SecretData> {
  const data = known(StringMap, value, 'data');
  const plain = known(StringMap, value, 'stringData');
  if (data === unresolved || plain === unresolved || data === undefined || plain === undefined) return unresolved;
  const encoded = Object.values(data);
  if (encoded.some((text) => PLACEHOLDER.test(text) || !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text))) return unresolved;
  const decoded = Object.entries(data).map(
    ([key, text]) => [key, Buffer.from(text, 'base64').toString('utf8')] as const,
  );
  const all = [...decoded, ...Object.entries(plain)];
  return all.some(([, text]) => PLACEHOLDER.test(text)) ? unresolved : Object.fromEntries(all);
}

const KeyRef = z.object({ name: z.string().exactOptional(), key: z.string(), optional: z.boolean().exactOptional() });
const ObjectRef = z.object({ name: z.string().exactOptional(), optional: z.boolean().exactOptional() });
const Template = z.object({
  serviceAccountName: z.string().exactOptional(),
  containers: z.array(
    z.object({
      name: z.string(),
      env: z
        .array(
          z.object({
            name: z.string(),
            value: z.string().exactOptional(),
            valueFrom: z
              .object({ secretKeyRef: KeyRef.exactOptional(), configMapKeyRef: KeyRef.exactOptional() })
              .exactOptional(),
          }),
        )
        .exactOptional(),
      envFrom: z
        .array(
          z.object({
            prefix: z.string().exactOptional(),
            secretRef: ObjectRef.exactOptional(),
            configMapRef: ObjectRef.exactOptional(),
          }),
        )
        .exactOptional(),
    }),
  ),
});

/** Any kind with a pod template at spec.template (KEDA's rule); one of another form tells nothing. */
export function podTemplateOf(value: PlainObject): Found<PodTemplate> {
  const Owner = z.object({ spec: z.object({ template: z.object({ spec: Template }) }) });
  return Owner.safeParse(value).data?.spec.template.spec ?? unresolved;
}
