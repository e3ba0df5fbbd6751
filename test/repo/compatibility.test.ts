// docs/compatibility.md speaks of everything that KEDA has, and every test that it names is there.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { conditionReasons, jobConditionMessages } from '../../src/api/conditions.ts';
import { crdFiles } from '../../src/api/crd/files.ts';
import { annotations, labels } from '../../src/api/names.ts';
import { KEDA_TRIGGER_TYPES } from '../../src/scalers/registry.ts';
import { read, repositoryRoot } from '../support/source-tree.ts';
import {
  CLOUD_EVENT_TYPES,
  EVENT_REASONS,
  FLAGS,
  METRICS,
  OTEL_INSTRUMENTS,
  REFUSALS,
  SOURCE_REASONS,
  VARIABLES,
} from './keda-surface.ts';

interface Row {
  readonly section: string;
  /** What stands in backticks in the first cell. */
  readonly names: readonly string[];
  readonly text: string;
  readonly verdict: string;
  /** `path › name` each, or `path › name › row` of one with a table. */
  readonly tests: readonly string[];
}

/** Tables of three cells: what KEDA has, the verdict, the tests. */
function rowsOf(page: string): readonly Row[] {
  const [, ...sections] = page.split(/^## /m);
  return sections.flatMap((section) => {
    const heading = section.split('\n', 1)[0] ?? '';
    const lines = section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
    return lines.slice(1).map((line): Row => {
      const [what = '', verdict = '', tests = ''] = line
        .slice(2, -2)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim());
      const names = [...what.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
      return { section: heading, names, text: what, verdict, tests: tests.split('<br>').filter((test) => test !== '') };
    });
  });
}

const rows = rowsOf(read('docs/compatibility.md'));
const named = (section: RegExp): ReadonlySet<string> =>
  new Set(rows.filter((row) => section.test(row.section)).flatMap(({ names }) => names));
const missing = (section: RegExp, wanted: Iterable<string>): readonly string[] => {
  const there = named(section);
  return [...wanted].filter((name) => !there.has(name));
};

describe('docs/compatibility.md', () => {
  it('says of each row same, better or absent, and why unless it is the same', () => {
    const wrong = rows.filter(({ verdict }) => !/^same(:|$)|^(better|absent): \S/.test(verdict));
    expect(wrong.map(({ text, verdict }) => `${text} -> ${verdict}`)).toEqual([]);
  });

  it('names for each row that is not absent a test that shows it', () => {
    expect(rows.filter(({ verdict, tests }) => !verdict.startsWith('absent') && tests.length === 0)).toEqual([]);
  });

  it('names only tests that are there', () => {
    const gone = rows.flatMap(({ tests }) => tests).filter((test) => !isThere(test));
    expect([...new Set(gone)]).toEqual([]);
  });

  it.each(['ScaledObject', 'ScaledJob', 'TriggerAuthentication', 'CloudEventSource'] as const)(
    'has every field of %s',
    (kind) => {
      expect(missing(new RegExp(`^${kind}: `), fieldsOf(kind))).toEqual([]);
    },
  );

  it.each([
    [
      'annotations and labels',
      /^Annotations/,
      [...Object.values(annotations), ...Object.values(labels)].filter(isKedas),
    ],
    [
      'reasons of conditions',
      /^Conditions/,
      [...Object.values(conditionReasons).flat(), ...Object.keys(jobConditionMessages), ...SOURCE_REASONS],
    ],
    ['Events', /^Events/, EVENT_REASONS],
    ['types of CloudEvents', /^CloudEvents/, CLOUD_EVENT_TYPES],
    ['Prometheus series', /^Prometheus/, METRICS],
    ['OpenTelemetry instruments', /^OpenTelemetry/, OTEL_INSTRUMENTS],
    ['flags', /^Flags/, FLAGS],
    ['environment variables', /^Environment/, VARIABLES],
    ['refusals of the webhook', /^Admission/, REFUSALS],
    ['trigger types', /^Trigger types/, KEDA_TRIGGER_TYPES],
  ] as const)('has all %s', (_what, section, wanted) => {
    expect(missing(section, wanted)).toEqual([]);
  });
});

function isThere(test: string): boolean {
  const [path = '', ...names] = test.split(' › ');
  if (!existsSync(join(repositoryRoot, path)) || names.length === 0) return false;
  const text = read(path);
  return names.every((name) => name.trim() !== '' && text.includes(name));
}

function isKedas(name: string): boolean {
  return !name.startsWith('sluice.dev/');
}

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** What Kubernetes defines, and what is Sluice's own. */
const NOT_LISTED =
  /(^|\.)(sluice|lastJobNumber)(\.|$)|jobTargetRef\.|\.behavior\.|conditions\[\]\.|scaleTargetGVKR\.|\.valueFrom|(Vault|Manager)\.podIdentity\./;

/** Paths below spec and status, as they stand in a manifest: `spec.fallback.replicas`, `spec.triggers[].type`. */
function fieldsOf(kind: string): readonly string[] {
  const definition = [...crdFiles().values()].map((text) => parse(text)).find(({ spec }) => spec.names.kind === kind);
  const { properties } = definition.spec.versions[0].schema.openAPIV3Schema as Required<Schema>;
  const walk = (path: string, { properties: fields, items }: Schema): readonly string[] => {
    const inner = fields ?? items?.properties ?? {};
    const prefix = items ? `${path}[]` : path;
    return Object.entries(inner).flatMap(([name, field]) => [`${prefix}.${name}`, ...walk(`${prefix}.${name}`, field)]);
  };
  return ['spec', 'status']
    .flatMap((root) => walk(root, properties[root] ?? {}))
    .filter((path) => !NOT_LISTED.test(path));
}
