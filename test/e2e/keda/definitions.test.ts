// KEDA's CRDs against ours: ours may be applied over them, and whoever goes back must find every field as it was.
import { beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { crdFiles } from '../../../src/api/crd/files.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { build } from '../control-plane/build.ts';
import { kedaCrds } from './objects.ts';

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly enum?: readonly unknown[];
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
}

type Definition = KubeObject & {
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
};

const OURS = [
  'ScaledObject',
  'ScaledJob',
  'TriggerAuthentication',
  'ClusterTriggerAuthentication',
  'CloudEventSource',
  'ClusterCloudEventSource',
];
/** A field of the kind's Go type that KEDA's own releases remove from the definition. */
const NOT_RELEASED = ['ScaledJob .spec.triggers[].metricType'];

whereBuildable(describe, 'keda')('the definitions of KEDA’s kinds', () => {
  let keda: readonly Definition[];
  beforeAll(async () => {
    keda = (await kedaCrds(await build('keda', () => {}))) as readonly Definition[];
  }, 1_200_000);
  const ours = new Map([...crdFiles().values()].map((text) => parse(text) as Definition).map((d) => [kindOf(d), d]));

  it.each(OURS)('keep every field and value that KEDA’s keeps: %s', (kind) => {
    const theirs = keda.find((definition) => kindOf(definition) === kind);
    const own = ours.get(kind);
    if (theirs === undefined || own === undefined) throw new Error(`no definition of ${kind}`);
    const lost = lostIn(schemaOf(theirs), schemaOf(own), `${kind} `);
    expect(lost.filter((path) => !NOT_RELEASED.includes(path))).toEqual([]);
  });
});

function kindOf({ spec }: Definition): string {
  return spec.names.kind;
}

function schemaOf({ spec }: Definition): Schema {
  return spec.versions[0]?.schema.openAPIV3Schema ?? {};
}

/** Paths that the API server would prune or refuse under our definition, and keeps under theirs. */
function lostIn(theirs: Schema, ours: Schema, path: string): readonly string[] {
  if (ours['x-kubernetes-preserve-unknown-fields']) return [];
  const values = (theirs.enum ?? []).filter((value) => ours.enum !== undefined && !ours.enum.includes(value));
  const below = Object.entries(theirs.properties ?? {}).flatMap(([name, schema]) => {
    const own = ours.properties?.[name];
    return own === undefined ? [`${path}.${name}`] : lostIn(schema, own, `${path}.${name}`);
  });
  const items = theirs.items && lostIn(theirs.items, ours.items ?? {}, `${path}[]`);
  const entries =
    theirs.additionalProperties && lostIn(theirs.additionalProperties, ours.additionalProperties ?? {}, `${path}{}`);
  return [...values.map((value) => `${path} = ${String(value)}`), ...below, ...(items ?? []), ...(entries ?? [])];
}
