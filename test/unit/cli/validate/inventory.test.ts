// Which object a reference means when several files hold one of that name.
import { describe, expect, it } from '@jest/globals';
import { createInventory } from '../../../../src/cli/validate/inventory.ts';
import type { Manifest } from '../../../../src/cli/validate/manifest-file.ts';

const secret = (file: string, namespace?: string): Manifest => ({
  file,
  value: { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', ...(namespace ? { namespace } : {}) } },
  locate: () => ({ line: 1, column: 1 }),
});
const wanted = (namespace: string) => ({ group: '', kind: 'Secret', namespace, name: 's' });

describe('nearest', () => {
  it.each<[string, Manifest[], string, number | undefined]>([
    ['the only one there is, wherever it stands', [secret('far/x')], 'shop', 0],
    ['the one in the same file', [secret('k/b'), secret('k/a')], 'shop', 1],
    [
      'the last one in the same file, which is what stays after kubectl apply',
      [secret('k/a'), secret('k/a')],
      'shop',
      1,
    ],
    ['the one in the same directory', [secret('far/x'), secret('k/b')], 'shop', 1],
    ['none of two that are equally near', [secret('k/b'), secret('k/c')], 'shop', undefined],
    ['none of another namespace', [secret('k/a', 'other')], 'shop', undefined],
    ['one that does not name its namespace', [secret('k/a', 'other'), secret('k/a')], 'shop', 1],
    ['one of any namespace for a reference that does not know its own', [secret('k/a', 'other')], '', 0],
    ['nothing in no files', [], 'shop', undefined],
  ])('is %s', (_, manifests, namespace, expected) =>
    expect(createInventory(manifests).nearest(wanted(namespace), 'k/a')).toBe(
      expected === undefined ? undefined : manifests[expected],
    ),
  );

  it('tells kinds of different groups apart, but not those of KEDA 1 from today’s', () => {
    const authentication = {
      ...secret('k/a'),
      value: { apiVersion: 'keda.k8s.io/v1alpha1', kind: 'TriggerAuthentication', metadata: { name: 's' } },
    };
    const inventory = createInventory([authentication]);
    const find = (group: string) =>
      inventory.nearest({ group, kind: 'TriggerAuthentication', namespace: '', name: 's' }, 'k/a');
    expect([find('keda.sh'), find('')]).toEqual([authentication, undefined]);
  });
});
