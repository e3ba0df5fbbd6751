// Are the CustomResourceDefinitions there, in force, and do they know every field that Sluice reads?
import { crd } from '../../api/crd/definitions.ts';
import type { StructuralSchema } from '../../api/crd/structural.ts';
import { type Kind, kinds } from '../../api/kinds.ts';
import { GROUP } from '../../api/names.ts';
import type { KubeObject } from '../../kube/client.ts';
import { mendMissingKind } from '../../kube/missing-kind.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../kube/resources.ts';
import type { ClusterView } from './cluster.ts';
import { type Check, type Finding, tellOf } from './finding.ts';

interface Definition extends KubeObject {
  readonly spec: {
    readonly versions: readonly {
      readonly name: string;
      readonly served?: boolean;
      readonly schema?: { readonly openAPIV3Schema?: Schema };
    }[];
  };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string; readonly message?: string }[];
  };
}

type Schema = Pick<
  StructuralSchema,
  'properties' | 'items' | 'additionalProperties' | 'x-kubernetes-preserve-unknown-fields'
>;

const REPLACE = 'sluice crds | kubectl apply --server-side --force-conflicts -f -';
const MOST_FIELDS = 5;

export async function* checkDefinitions({ client, signal }: ClusterView): Check {
  const { items } = await client.list<Definition>(CUSTOM_RESOURCE_DEFINITIONS, { signal });
  for (const kind of Object.keys(kinds) as Kind[]) {
    const { name } = crd(kind).metadata;
    yield checkDefinition(
      kind,
      items.find(({ metadata }) => metadata.name === name),
    );
  }
}

function checkDefinition(kind: Kind, found: Definition | undefined): Finding {
  const tell = tellOf('CRD');
  const { resource } = kinds[kind];
  const { name } = crd(kind).metadata;
  if (found === undefined) {
    // Nothing is scaled by those that only tell of it.
    const isNeeded = resource.group === GROUP;
    return tell[isNeeded ? 'problem' : 'warning'](
      `${name} is missing: no ${kind} can exist`,
      mendMissingKind(resource),
    );
  }
  const version = found.spec.versions.find((v) => v.name === resource.version);
  if (version?.served !== true) return tell.problem(`${name} does not serve ${resource.version}`, REPLACE);
  const bad = (found.status?.conditions ?? []).find(
    ({ type, status }) => (type === 'Established' || type === 'NamesAccepted') && status !== 'True',
  );
  if (bad) {
    const message = `${name} is not in force (${bad.type}=${bad.status}): ${bad.message ?? 'no reason given'}`;
    return tell.problem(message, `kubectl describe crd ${name}`);
  }
  const wanted = crd(kind).spec.versions[0]?.schema.openAPIV3Schema ?? {};
  const unknown = fieldsMissing(wanted, version.schema?.openAPIV3Schema ?? {});
  if (unknown.length === 0) return tell.ok(`${name} serves ${resource.version}`);
  const message = `${name} does not know ${shortList(unknown)}: the API server drops these fields when an object is written`;
  return tell.warning(message, REPLACE);
}

/** `a, b and 3 more`; KEDA's own definition lacks what is Sluice's. */
function shortList(fields: readonly string[]): string {
  const left = fields.length - MOST_FIELDS;
  const whose = fields.length === 1 && fields[0] === 'spec.advanced.sluice' ? ' (it is KEDA’s)' : '';
  return `${fields.slice(0, MOST_FIELDS).join(', ')}${left > 0 ? ` and ${left} more` : ''}${whose}`;
}

/** Paths of fields that `wanted` has and `found` would drop, of a subtree its root. */
export function fieldsMissing(wanted: Schema, found: Schema, at = ''): readonly string[] {
  if (found['x-kubernetes-preserve-unknown-fields'] === true || found.additionalProperties !== undefined) return [];
  const inItems = wanted.items === undefined ? [] : fieldsMissing(wanted.items, found.items ?? {}, `${at}[]`);
  const inFields = Object.entries(wanted.properties ?? {}).flatMap(([name, field]) => {
    const path = at === '' ? name : `${at}.${name}`;
    // The API server knows what metadata is.
    if (path === 'metadata' || path === 'apiVersion' || path === 'kind') return [];
    const there = found.properties?.[name];
    return there === undefined ? [path] : fieldsMissing(field, there, path);
  });
  return [...inFields, ...inItems];
}
