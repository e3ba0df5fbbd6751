// The generated CustomResourceDefinitions.
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { crd } from '../../../../src/api/crd/definitions.ts';
import { crdFiles } from '../../../../src/api/crd/files.ts';
import type { StructuralSchema } from '../../../../src/api/crd/structural.ts';
import { sources } from '../../../../src/scalers/registry.ts';
import { type Kind, kinds } from '../../../../src/api/kinds.ts';

const all = Object.keys(kinds) as Kind[];
const version = (kind: Kind) => crd(kind).spec.versions[0]!;
const rootOf = (kind: Kind): StructuralSchema => version(kind).schema.openAPIV3Schema;
const columns = (kind: Kind) =>
  version(kind)
    .additionalPrinterColumns.map((c) => c.name)
    .join(' ');

/** Every schema below `schema`, with its path. */
function* walk(schema: StructuralSchema, path = ''): Generator<[string, StructuralSchema]> {
  yield [path, schema];
  for (const [name, child] of Object.entries(schema.properties ?? {})) yield* walk(child, `${path}.${name}`);
  if (schema.items) yield* walk(schema.items, `${path}[]`);
  if (schema.additionalProperties) yield* walk(schema.additionalProperties, `${path}{}`);
}

describe('crd', () => {
  it.each(all)('%s gives every field a type and a description', (kind) => {
    for (const [path, schema] of walk(rootOf(kind))) {
      const typed = schema.type !== undefined || schema['x-kubernetes-int-or-string'] === true;
      const leafOfList = path.endsWith('[]') || path.endsWith('{}') || path === '.metadata';
      expect([path, typed, leafOfList || schema.description !== undefined]).toEqual([path, true, true]);
    }
  });
  it.each(all)('%s never has both named and free keys in one mapping (a structural schema may not)', (kind) => {
    for (const [path, schema] of walk(rootOf(kind)))
      expect([path, schema.properties !== undefined && schema.additionalProperties !== undefined]).toEqual([
        path,
        false,
      ]);
  });
  it.each(all)('%s takes no number that is none of 32 bits, as not every Kubernetes goes by the format', (kind) => {
    for (const [path, { type, maximum }] of walk(rootOf(kind)))
      if (type === 'integer') expect([path, maximum]).toEqual([path, expect.any(Number)]);
  });
  it('shows the columns that KEDA shows', () => {
    expect(columns('ScaledObject')).toBe(
      'ScaleTargetKind ScaleTargetName Min Max Ready Active Fallback Paused Triggers Authentications Age',
    );
    expect(columns('ScaledJob')).toBe('Min Max Ready Active Paused Triggers Authentications Age');
    expect(columns('TriggerAuthentication')).toBe('PodIdentity Secret Env VaultAddress ScaledObjects ScaledJobs');
    expect(columns('ClusterTriggerAuthentication')).toBe(
      'PodIdentity Secret Env FilePath VaultAddress ScaledObjects ScaledJobs',
    );
  });
  it('shows of a CloudEventSource whether it works', () =>
    expect([columns('CloudEventSource'), columns('ClusterCloudEventSource')]).toEqual(['Active', 'Active']));
  it('knows the abbreviations that KEDA knows', () =>
    expect(all.map((kind) => crd(kind).spec.names.shortNames?.join())).toEqual([
      'so',
      'sj',
      'ta,triggerauth',
      'cta,clustertriggerauth',
      undefined,
      undefined,
    ]));
  it('has the status subresource and no other', () =>
    expect(all.map((kind) => version(kind).subresources)).toEqual(all.map(() => ({ status: {} }))));
  it('keeps unknown fields only inside the Job of a ScaledJob', () => {
    const open = all.flatMap((kind) =>
      [...walk(rootOf(kind))]
        .filter(([, s]) => s['x-kubernetes-preserve-unknown-fields'])
        .map(([path]) => `${kind}${path}`),
    );
    expect(open).toEqual(['', '.template', '.template.spec'].map((path) => `ScaledJob.spec.jobTargetRef${path}`));
  });
  it('has the one default that KEDA’s schema has for a ScaledObject', () => {
    const defaults = [...walk(rootOf('ScaledObject'))].filter(([, s]) => s.default !== undefined).map(([path]) => path);
    expect(defaults).toEqual(['.spec.fallback.behavior']);
  });
  it('bounds a date-time by its format, not by a pattern', () =>
    expect(rootOf('ScaledObject').properties?.['status']?.properties?.['lastActiveTime']).toMatchObject({
      format: 'date-time',
    }));
});

it('refuses useCachedMetrics on exactly the triggers that say so of themselves', () => {
  const triggers = rootOf('ScaledObject').properties?.['spec']?.properties?.['triggers'];
  const rule = triggers?.items?.['x-kubernetes-validations']?.[0]?.rule ?? '';
  const refused = [...(/self\.type in \[(.*)\]/.exec(rule)?.[1] ?? '').matchAll(/'(.*?)'/g)].map(([, type]) => type);
  expect(new Set(refused)).toEqual(new Set(sources.filter(({ cacheable }) => !cacheable).map(({ type }) => type)));
});

describe('crdFiles', () => {
  it('holds one file for each kind, and a YAML reader gets back what was meant', () => {
    expect([...crdFiles().keys()]).toEqual([
      'keda.sh_scaledobjects.yaml',
      'keda.sh_scaledjobs.yaml',
      'keda.sh_triggerauthentications.yaml',
      'keda.sh_clustertriggerauthentications.yaml',
      'eventing.keda.sh_cloudeventsources.yaml',
      'eventing.keda.sh_clustercloudeventsources.yaml',
    ]);
    expect([...crdFiles().values()].map((text) => parse(text))).toEqual(
      all.map((kind) => JSON.parse(JSON.stringify(crd(kind)))),
    );
  });
  it('is the same on every call', () => expect([...crdFiles()]).toEqual([...crdFiles()]));
});
