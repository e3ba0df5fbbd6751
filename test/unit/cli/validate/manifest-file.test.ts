// From text to Kubernetes objects, and from a field back to its place in the text.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pathText } from '../../../../src/api/issues.ts';
import { createManifestReader } from '../../../../src/cli/validate/manifest-file.ts';
import { parsePath } from '../../../../src/cli/validate/path.ts';

const read = (text: string) => createManifestReader()('a.yaml', text, 'explicit');
const values = (text: string) => read(text).manifests.map(({ value }) => value);
const problems = (text: string) =>
  read(text).problems.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);

describe('readManifestFile', () => {
  it('reads several documents, empty ones and comments between them', () =>
    expect(
      values('# c\n---\nkind: A\napiVersion: v1\n---\n---\n# only this\n---\nkind: B\napiVersion: v1\n').map(
        (v) => v['kind'],
      ),
    ).toEqual(['A', 'B']));
  it('reads JSON', () =>
    expect(values('{"kind":"A",\n\t"apiVersion":"v1"}')).toEqual([{ kind: 'A', apiVersion: 'v1' }]));
  it('reads a file with a byte order mark and Windows line ends', () =>
    expect(values('\uFEFFkind: A\r\napiVersion: v1\r\n')).toEqual([{ kind: 'A', apiVersion: 'v1' }]));
  it('unwraps lists, and lists in lists', () => {
    const text =
      '{kind: List, apiVersion: v1, items: [{kind: A, apiVersion: v1}, {kind: BList, apiVersion: v1, items: [{kind: B, apiVersion: v1}]}]}';
    expect(values(text).map((v) => v['kind'])).toEqual(['A', 'B']);
  });
  it('knows merge keys and anchors', () =>
    expect(values('kind: A\napiVersion: v1\nbase: &base { a: 1 }\nspec: { <<: *base, b: 2 }\n')[0]?.['spec']).toEqual({
      a: 1,
      b: 2,
    }));
  it.each([
    ['y', true],
    ['Off', false],
    ['"yes"', 'yes'],
    ['010', 8],
    ['0o10', 8],
    ['-0_10', -8],
    ['0b11', 3],
    ['1_000', 1000],
    ['0x1f', 31],
    ['08:30', '08:30'],
    ['2026-01-01', '2026-01-01'],
    ['1e3', 1000],
  ])('reads %s as kubectl does', (text, expected) =>
    expect(values(`kind: A\napiVersion: v1\nx: ${text}\n`)[0]?.['x']).toEqual(expected),
  );

  it.each([
    [
      'a key that is there twice',
      'kind: A\napiVersion: v1\nx:\n  a: 1\n  a: 2\n',
      '5:3 DUPLICATE_KEY the key a is in this mapping already: remove one of the two, or check the indentation',
    ],
    [
      'a missing separator',
      'kind: A\napiVersion: v1\nspec:\nkind: B\n',
      '4:1 DUPLICATE_KEY the key kind is in this mapping already: is a line with --- missing above it?',
    ],
    [
      'the first of two mistakes',
      'kind: A\napiVersion: v1\nspec:\nkind: B\nx: [\n',
      '4:1 DUPLICATE_KEY the key kind is in this mapping already: is a line with --- missing above it?',
    ],
    ['broken YAML', 'kind: A\n  x: [\n', expect.stringMatching(/^1:\d+ SYNTAX not YAML: /)],
    [
      'a template',
      'kind: A\napiVersion: v1\n{{ if .x }}\nspec: 1\n',
      expect.stringMatching(/SYNTAX not YAML: .*this looks like a template/),
    ],
    ['an alias that leads nowhere', 'kind: *nobody\napiVersion: v1\n', expect.stringMatching(/^1:\d+ SYNTAX /)],
    ['a scalar', 'hello\n', '1:1 NOT_AN_OBJECT has no apiVersion and kind, so it is no Kubernetes object'],
    [
      'a file of values',
      'replicas: 1\n',
      '1:1 NOT_AN_OBJECT has no apiVersion and kind, so it is no Kubernetes object',
    ],
  ])('tells of %s', (_, text, expected) => expect(problems(text)).toEqual([expected]));

  it('survives a bomb of aliases', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `l${i + 1}: &l${i + 1} [${Array(9).fill(`*l${i}`).join(', ')}]`,
    );
    expect(problems(`kind: A\napiVersion: v1\nl0: &l0 [1]\n${levels.join('\n')}\n`)).toEqual([
      expect.stringMatching(/SYNTAX aliases .* of aliases/),
    ]);
  });
  it.each([
    ['brackets in brackets', `spec: ${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['an object with more levels than any has', `spec: ${'{ a: '.repeat(250)}1${' }'.repeat(250)}`],
    ['an alias of what it is part of', 'spec: &s { a: *s }'],
  ])('survives %s', (_, text) =>
    expect(problems(`kind: A\napiVersion: v1\n${text}\n`)).toEqual([
      expect.stringMatching(/SYNTAX nested more than 200 levels deep/),
    ]),
  );
  it('finds a key that is there twice among a hundred thousand', () => {
    const keys = Array.from({ length: 100_000 }, (_, i) => `  key${i}: v\n`).join('');
    expect(problems(`kind: A\napiVersion: v1\ndata:\n${keys}  key7: v\n`)).toEqual([
      expect.stringMatching(/^100004:3 DUPLICATE_KEY/),
    ]);
  });
  it('misses the apiVersion of a kind of KEDA’s even in a file that was only found', () =>
    expect(createManifestReader()('a.yaml', 'kind: ScaledObject\n', 'found').problems).toMatchObject([
      { code: 'NOT_AN_OBJECT', message: 'a ScaledObject needs apiVersion: keda.sh/v1alpha1' },
    ]));
  it('goes on with the other documents after a broken one', () =>
    expect(
      values('kind: A\napiVersion: v1\n---\nx: [\n---\nkind: B\napiVersion: v1\n').map((v) => v['kind']),
    ).toContain('A'));
  it('says nothing about a file without objects that was only found in a directory', () =>
    expect(createManifestReader()('values.yaml', 'replicas: 1\n', 'found')).toEqual({ manifests: [], problems: [] }));

  it.each([
    ['spec.triggers[1].metadata["a.b"]', '11:7'],
    ['spec.triggers[0].type', '7:7'],
    ['spec.triggers[0].metadata.missing', '8:7'],
    ['spec.triggers[7]', '6:3'],
    ['spec.nothing.below', '5:1'],
    ['', '3:1'],
  ])('finds %s', (path, expected) => {
    const text =
      '# first\n---\nkind: A\napiVersion: v1\nspec:\n  triggers:\n    - type: redis\n      metadata: {}\n    - type: cron\n      metadata:\n       "a.b": 1\n';
    const { line, column } = read(text).manifests[0]!.locate(path);
    expect(`${line}:${column}`).toBe(expected.replace('11:7', '11:8'));
  });
  it('finds fields of the items of a list', () => {
    const text = 'kind: List\napiVersion: v1\nitems:\n  - kind: A\n    apiVersion: v1\n    spec:\n      x: 1\n';
    expect(read(text).manifests[0]!.locate('spec.x')).toEqual({ line: 7, column: 7 });
  });
});

describe('parsePath', () => {
  it('is the reverse of pathText', () => {
    const step = fc.oneof(
      fc.nat(1000),
      fc.string({ minLength: 1 }).filter((s) => s !== '-'),
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 5 }), (path) => expect(parsePath(pathText(path))).toEqual(path)));
  });
});
