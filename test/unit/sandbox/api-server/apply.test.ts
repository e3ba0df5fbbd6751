// Server-side apply: who owns what, what a changed mind removes, and when it conflicts.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { objectSchema } from '../../../../src/sandbox/api-server/kinds/kind-schemas.ts';
import type { ApiObject, Json, JsonObject } from '../../../../src/sandbox/api-server/object.ts';
import { applyServerSide } from '../../../../src/sandbox/api-server/patch/apply.ts';
import {
  difference,
  fieldsOfValue,
  intersection,
  isEmptySet,
  union,
} from '../../../../src/sandbox/api-server/patch/field-set.ts';
import { afterUpdate, type Writer } from '../../../../src/sandbox/api-server/patch/managed-fields.ts';

// Results are looked into freely; a wrong path fails the test.
type Loose = Record<string, any>; // oxlint-disable-line typescript/no-explicit-any

const schema = objectSchema('core.v1.ConfigMap');
const deployments = objectSchema('apps.v1.Deployment');

function writer(manager: string, operation: Writer['operation'] = 'Apply'): Writer {
  return { manager, operation, apiVersion: 'v1', subresource: undefined, time: '2026-01-01T00:00:00Z' };
}

function configMap(data: JsonObject): JsonObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data };
}

function stored(applied: { object: JsonObject; managedFields: readonly unknown[] }): ApiObject {
  const metadata = { ...(applied.object['metadata'] as JsonObject), managedFields: applied.managedFields };
  return { ...applied.object, metadata } as unknown as ApiObject;
}

describe('sandbox/api-server/patch server-side apply', () => {
  it('owns what it says and removes what it no longer says', () => {
    const first = stored(applyServerSide(schema, undefined, configMap({ a: '1', b: '2' }), writer('x'), false));
    const second = applyServerSide(schema, first, configMap({ a: '1' }), writer('x'), false);
    expect(second.object['data']).toEqual({ a: '1' });
    expect(second.managedFields).toMatchObject([{ manager: 'x', fieldsV1: { 'f:data': { 'f:a': {} } } }]);
  });

  it('keeps a field that another manager owns too', () => {
    const first = stored(applyServerSide(schema, undefined, configMap({ a: '1' }), writer('x'), false));
    const shared = stored(applyServerSide(schema, first, configMap({ a: '1' }), writer('y'), false));
    expect(applyServerSide(schema, shared, configMap({}), writer('x'), false).object['data']).toEqual({ a: '1' });
  });

  it('names the field and the manager in its way, and takes the field by force', () => {
    const first = stored(applyServerSide(schema, undefined, configMap({ a: '1' }), writer('x'), false));
    const attempt = (force: boolean) => applyServerSide(schema, first, configMap({ a: '2' }), writer('y'), force);
    expect(() => attempt(false)).toThrow('Apply failed with 1 conflict: conflict with "x": .data.a');
    expect(attempt(true).managedFields.map((entry) => entry.manager)).toEqual(['y']);
  });

  it('merges lists by their keys', () => {
    const web = (image: string, ...names: string[]): JsonObject => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { template: { spec: { containers: names.map((name) => ({ name, image })) } } },
    });
    const first = stored(applyServerSide(deployments, undefined, web('1', 'a'), writer('x'), false));
    const second = stored(applyServerSide(deployments, first, web('2', 'b'), writer('y'), false));
    const containers = (second as unknown as Loose).spec.template.spec.containers;
    expect(containers).toEqual([
      { name: 'a', image: '1' },
      { name: 'b', image: '2' },
    ]);
    const third = applyServerSide(deployments, second, web('2'), writer('y'), false);
    expect((third.object as unknown as Loose).spec.template.spec.containers).toEqual([{ name: 'a', image: '1' }]);
    expect(() => applyServerSide(deployments, second, web('3', 'a'), writer('y'), false)).toThrow(
      '.spec.template.spec.containers[name="a"].image',
    );
  });

  it('gives a changed field to the one who updated it', () => {
    const first = stored(applyServerSide(schema, undefined, configMap({ a: '1', b: '1' }), writer('x'), false));
    const entries = afterUpdate(schema, first, { ...first, data: { a: '2', b: '1' } }, writer('edit', 'Update'));
    expect(entries).toMatchObject([
      { manager: 'x', fieldsV1: { 'f:data': { 'f:b': {} } } },
      { manager: 'edit', operation: 'Update', fieldsV1: { 'f:data': { 'f:a': {} } } },
    ]);
  });

  it('changes nothing when the same is applied again', () => {
    const data = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/), fc.string());
    fc.assert(
      fc.property(data, data, (before, wanted) => {
        const first = stored(applyServerSide(schema, undefined, configMap(before), writer('x'), true));
        const once = stored(applyServerSide(schema, first, configMap(wanted), writer('x'), true));
        const twice = applyServerSide(schema, once, configMap(wanted), writer('x'), false);
        expect(twice.object['data'] ?? {}).toEqual(wanted);
        expect(twice.managedFields).toEqual(once.metadata.managedFields);
      }),
    );
  });
});

describe('sandbox/api-server/patch field sets', () => {
  const value = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      fc.integer(),
      fc.dictionary(fc.stringMatching(/^[a-c]$/), tie('tree'), { minKeys: 1 }),
    ),
  })).tree as fc.Arbitrary<Json>;
  const set = value.map((v) => fieldsOfValue(undefined, v, 'members'));
  it('obey the algebra of sets', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        expect(isEmptySet(difference(a, a))).toBe(true);
        expect(union(a, a)).toEqual(a);
        expect(intersection(a, a)).toEqual(a);
        expect(isEmptySet(intersection(difference(a, b), difference(b, a)))).toBe(true);
      }),
    );
  });
});
