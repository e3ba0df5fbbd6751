// Which resource types there are now: the built-in ones and those that CustomResourceDefinitions add while the server runs.
import { builtInTypes } from './kinds/built-in.ts';
import { type RuleCheck, typesOfDefinition } from './custom/definitions.ts';
import type { ResourceType } from './resource-type.ts';
import type { Storage } from './storage.ts';

export const DEFINITIONS = 'apiextensions.k8s.io/customresourcedefinitions';
export const API_SERVICES = 'apiregistration.k8s.io/apiservices';

export interface Registry {
  find(group: string, version: string, plural: string): ResourceType | undefined;
  /** By group and kind, any version. */
  ofKind(group: string, kind: string): ResourceType | undefined;
  all(): readonly ResourceType[];
  /** Every group with its versions, in the order discovery lists them. */
  groups(): readonly { readonly group: string; readonly versions: readonly string[] }[];
  /** Grows with every change, so that documents made of the registry can be cached. */
  revision(): number;
}

/** Custom types appear and disappear within the write that stores or removes their definition. */
export function createRegistry(storage: Storage, checkRules: RuleCheck): Registry {
  const builtIn = builtInTypes();
  const custom = new Map<string, readonly ResourceType[]>();
  let byPath = new Map<string, ResourceType>();
  let revision = 0;

  const rebuild = (): void => {
    const all = [...builtIn, ...[...custom.values()].flat()];
    byPath = new Map(all.map((type) => [`${type.group}/${type.version}/${type.plural}`, type]));
    revision++;
  };

  for (const definition of storage.list(DEFINITIONS)) {
    custom.set(definition.metadata.name, typesOfDefinition(definition, checkRules));
  }
  rebuild();
  storage.subscribe(DEFINITIONS, (change) => {
    const { name } = change.object.metadata;
    if (change.type === 'DELETED') custom.delete(name);
    else custom.set(name, typesOfDefinition(change.object, checkRules));
    rebuild();
  });

  return {
    find: (group, version, plural) => byPath.get(`${group}/${version}/${plural}`),
    ofKind: (group, kind) => [...byPath.values()].find((type) => type.group === group && type.kind === kind),
    all: () => [...byPath.values()],
    groups() {
      const versions = Map.groupBy(byPath.values(), (type) => type.group);
      return [...versions].map(([group, types]) => ({
        group,
        versions: [...new Set(types.map((type) => type.version))].sort(byPriority),
      }));
    },
    revision: () => revision,
  };
}

/** v2 before v1 before v1beta1 before v1alpha1 (Kubernetes: version priority). */
function byPriority(a: string, b: string): number {
  const rank = (version: string): readonly [number, number, number] => {
    const found = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
    if (!found) return [-1, 0, 0];
    return [found[2] === undefined ? 2 : found[2] === 'beta' ? 1 : 0, Number(found[1]), Number(found[3] ?? 0)];
  };
  const [x, y] = [rank(a), rank(b)];
  return y[0] - x[0] || y[1] - x[1] || y[2] - x[2] || a.localeCompare(b);
}
