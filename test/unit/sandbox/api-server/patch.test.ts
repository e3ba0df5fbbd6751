// JSON patch, merge patch and strategic merge patch.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { kindSchema } from '../../../../src/sandbox/api-server/kinds/kind-schemas.ts';
import { equal, type Json, type JsonObject } from '../../../../src/sandbox/api-server/object.ts';
import { applyJsonPatch } from '../../../../src/sandbox/api-server/patch/json-patch.ts';
import { applyMergePatch } from '../../../../src/sandbox/api-server/patch/merge-patch.ts';
import { applyStrategicPatch } from '../../../../src/sandbox/api-server/patch/strategic-merge-patch.ts';

// Results are looked into freely; a wrong path fails the test.
type Loose = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any

const json = fc.jsonValue() as fc.Arbitrary<Json>;
const object = fc.dictionary(fc.string(), json) as fc.Arbitrary<JsonObject>;

describe('sandbox/api-server/patch JSON patch', () => {
  it.each<[string, Json, Json, Json]>([
    ['adds a member', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
    ['adds at the end of a list', { a: [1] }, [{ op: 'add', path: '/a/-', value: 2 }], { a: [1, 2] }],
    ['inserts into a list', { a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
    ['replaces', { a: { b: 1 } }, [{ op: 'replace', path: '/a/b', value: null }], { a: { b: null } }],
    ['removes from a list', { a: [1, 2, 3] }, [{ op: 'remove', path: '/a/1' }], { a: [1, 3] }],
    [
      'unescapes a pointer',
      { 'a/b': 1, '~': 2 },
      [
        { op: 'remove', path: '/a~1b' },
        { op: 'remove', path: '/~0' },
      ],
      {},
    ],
    ['moves', { a: 1 }, [{ op: 'move', from: '/a', path: '/b' }], { b: 1 }],
    ['copies', { a: 1 }, [{ op: 'copy', from: '/a', path: '/b' }], { a: 1, b: 1 }],
    ['goes on after a test that holds', { a: 1 }, [{ op: 'test', path: '/a', value: 1 }], { a: 1 }],
  ])('%s', (_name, document, patch, expected) => {
    expect(applyJsonPatch(document, patch)).toEqual(expected);
  });

  it.each<[string, Json, number]>([
    ['a failed test', [{ op: 'test', path: '/a', value: 2 }], 422],
    ['a path that is not there', [{ op: 'remove', path: '/x/y' }], 422],
    ['an index beyond the list', [{ op: 'add', path: '/l/7', value: 1 }], 422],
    ['an unknown operation', [{ op: 'frobnicate', path: '/a' }], 400],
    ['something that is no list', { op: 'add' }, 400],
  ])('refuses %s', (_name, patch, status) => {
    expect(() => applyJsonPatch({ a: 1, l: [] }, patch)).toThrow(expect.objectContaining({ status }));
  });
});

describe('sandbox/api-server/patch merge patch', () => {
  it.each<[Json, Json, Json]>([
    [
      { a: 1, b: 2 },
      { b: null, c: 3 },
      { a: 1, c: 3 },
    ],
    [{ a: { b: 1, c: 2 } }, { a: { b: null } }, { a: { c: 2 } }],
    [{ a: [1, 2] }, { a: [3] }, { a: [3] }],
    [{ a: 1 }, { a: { b: null } }, { a: {} }],
  ])('%j with %j is %j', (target, patch, expected) => {
    expect(applyMergePatch(target, patch)).toEqual(expected);
  });

  it('changes nothing the second time, and never its input', () => {
    fc.assert(
      fc.property(object, object, (target, patch) => {
        const before = structuredClone(target);
        const once = applyMergePatch(target, patch);
        return equal(applyMergePatch(once, patch), once) && equal(target, before);
      }),
    );
  });
});

describe('sandbox/api-server/patch strategic merge patch', () => {
  const schema = kindSchema('core.v1.PodSpec');
  const pod: JsonObject = {
    containers: [
      {
        name: 'a',
        image: 'x:1',
        env: [
          { name: 'K', value: '1' },
          { name: 'L', value: '2' },
        ],
      },
      { name: 'b', image: 'y' },
    ],
    tolerations: [{ key: 'old' }],
  };
  it.each<[string, JsonObject, (result: Loose) => unknown, unknown]>([
    [
      'merges containers by name',
      { containers: [{ name: 'a', image: 'x:2' }] },
      (p) => p.containers.map((c: Loose) => c.image),
      ['x:2', 'y'],
    ],
    [
      'keeps what it does not name',
      { containers: [{ name: 'a', image: 'x:2' }] },
      (p) => p.containers[0].env.length,
      2,
    ],
    [
      'adds a container',
      { containers: [{ name: 'c', image: 'z' }] },
      (p) => p.containers.map((c: Loose) => c.name),
      ['a', 'b', 'c'],
    ],
    [
      'deletes by directive',
      { containers: [{ name: 'a', env: [{ name: 'K', $patch: 'delete' }] }] },
      (p) => p.containers[0].env,
      [{ name: 'L', value: '2' }],
    ],
    [
      'replaces a list by directive',
      { containers: [{ $patch: 'replace' }, { name: 'z' }] },
      (p) => p.containers,
      [{ name: 'z' }],
    ],
    [
      'orders as told',
      { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }], containers: [{ name: 'a', image: 'n' }] },
      (p) => p.containers.map((c: Loose) => c.name),
      ['b', 'a'],
    ],
    ['replaces a list without merge key', { tolerations: [{ key: 'new' }] }, (p) => p.tolerations, [{ key: 'new' }]],
    ['removes a member', { tolerations: null }, (p) => p.tolerations, undefined],
  ])('%s', (_name, patch, look, expected) => {
    expect(look(applyStrategicPatch(schema, pod, patch))).toEqual(expected);
  });

  it('retains only the keys it is told to', () => {
    const strategy = { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } };
    const result = applyStrategicPatch(kindSchema('apps.v1.DeploymentStrategy'), strategy, {
      $retainKeys: ['type'],
      type: 'Recreate',
    });
    expect(result).toEqual({ type: 'Recreate' });
  });

  it('merges finalizers as a set and removes from it', () => {
    const meta = kindSchema('meta.v1.ObjectMeta');
    expect(applyStrategicPatch(meta, { finalizers: ['a'] }, { finalizers: ['a', 'b'] })).toEqual({
      finalizers: ['a', 'b'],
    });
    expect(
      applyStrategicPatch(meta, { finalizers: ['a', 'b'] }, { '$deleteFromPrimitiveList/finalizers': ['a'] }),
    ).toEqual({ finalizers: ['b'] });
  });
});
