// Keys of objects: a ScaledObject and a ScaledJob of one name are two.
import { expect, it } from '@jest/globals';
import { keyOf, kindOf, namesOf, scaledJobKey } from '../../../src/controller/object-key.ts';

it.each(['ScaledObject', 'ScaledJob'] as const)('leads from a %s to its key and back', (kind) => {
  const names = { namespace: 'shop', name: 'import' };
  const key = keyOf({ kind, metadata: names });
  expect(kindOf(key)).toBe(kind);
  expect(namesOf(key)).toEqual(names);
});

it('keeps the two kinds apart, also in a namespace that is called like one', () => {
  const metadata = { namespace: 'ScaledJob', name: 'import' };
  expect(keyOf({ kind: 'ScaledObject', metadata })).not.toBe(keyOf({ kind: 'ScaledJob', metadata }));
  expect(kindOf(keyOf({ kind: 'ScaledObject', metadata }))).toBe('ScaledObject');
  expect(scaledJobKey(metadata)).toBe(keyOf({ kind: 'ScaledJob', metadata }));
});
