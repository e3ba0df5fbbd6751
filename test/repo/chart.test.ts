// What the chart, its documentation and the manifests for people without Helm say of each other, as far as that needs no helm.
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments } from 'yaml';
import { crdFiles } from '../../src/api/crd/files.ts';
import { OPTIONS } from '../../src/config.ts';
import { read } from '../support/source-tree.ts';

interface Definition {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly spec: unknown;
}
interface Schema {
  readonly properties?: Readonly<Record<string, Schema | true>>;
}

const withoutEffect = parse(read('charts/sluice/files/keda-values.yaml')) as Readonly<Record<string, string>>;
const schema = JSON.parse(read('charts/sluice/values.schema.json')) as Schema;
const values = parse(read('charts/sluice/values.yaml')) as Readonly<Record<string, unknown>>;

describe('the chart', () => {
  it('lists in docs/operating.md every value of KEDA that has no effect, and why', () => {
    const table = read('docs/operating.md').split('Without effect')[1] ?? '';
    const rows = [...table.matchAll(/^\| `([^`]+)` \| (.*) \|$/gm)].map(([, path, why]) => [path, why]);
    expect(rows).toEqual(Object.entries(withoutEffect));
  });

  it('has a place in the schema for each of them, and for each of its own values', () => {
    const at = (path: readonly string[]): Schema | true | undefined =>
      path.reduce<Schema | true | undefined>((here, key) => (here === true ? here : here?.properties?.[key]), schema);
    for (const path of Object.keys(withoutEffect)) expect([path, at(path.split('.'))]).toEqual([path, true]);
    for (const key of Object.keys(values)) expect([key, at([key])]).not.toEqual([key, undefined]);
  });

  it('starts the program with flags that it has', () => {
    const known = new Set(Object.values(OPTIONS).map(({ flag }) => flag));
    const flags = [...read('charts/sluice/templates/deployment.yaml').matchAll(/^\s+- (--[a-z-]+)=/gm)];
    expect(flags.map(([, flag]) => flag).filter((flag) => !known.has(flag ?? ''))).toEqual([]);
  });

  it.each(['deploy/sluice.yaml', 'deploy/crds.yaml'])('has the present CRDs in %s (make manifests)', (path) => {
    const found = parseAllDocuments(read(path))
      .map((document) => document.toJS() as Definition | null)
      .filter((object) => object?.kind === 'CustomResourceDefinition');
    const wanted = [...crdFiles()].map(([, text]) => parse(text) as Definition);
    const byName = (list: readonly (Definition | null)[]) =>
      new Map(list.map((crd) => [crd?.metadata.name, crd?.spec] as const));
    expect(byName(found)).toEqual(byName(wanted));
  });
});
