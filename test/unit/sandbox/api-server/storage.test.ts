// The store and its history.
import { describe, expect, it } from '@jest/globals';
import type { ApiObject } from '../../../../src/sandbox/api-server/object.ts';
import { type Change, createStorage } from '../../../../src/sandbox/api-server/storage.ts';

function thing(name: string, namespace = 'a'): ApiObject {
  return {
    apiVersion: 'v1',
    kind: 'Thing',
    metadata: { name, namespace, uid: name, resourceVersion: '', creationTimestamp: '' },
  };
}

describe('sandbox/api-server/storage', () => {
  it('gives every change its own revision and tells it once', () => {
    const storage = createStorage({ historyLimit: 10 });
    const seen: Change[] = [];
    storage.subscribe('things', (change) => seen.push(change));
    const first = storage.put('things', thing('x'));
    storage.put('things', { ...first, data: 1 });
    storage.remove('things', 'a', 'x');
    expect(seen.map((change) => change.type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
    expect(new Set(seen.map((change) => change.object.metadata.resourceVersion)).size).toBe(3);
    expect(storage.get('things', 'a', 'x')).toBeUndefined();
    expect(storage.remove('things', 'a', 'x')).toBeUndefined();
  });

  it('lists in the order of names, of one namespace or all', () => {
    const storage = createStorage({ historyLimit: 10 });
    for (const [name, namespace] of [
      ['c', 'b'],
      ['b', 'a'],
      ['a', 'b'],
    ] as const)
      storage.put('things', thing(name, namespace));
    expect(storage.list('things').map((o) => o.metadata.name)).toEqual(['b', 'a', 'c']);
    expect(storage.list('things', 'b').map((o) => o.metadata.name)).toEqual(['a', 'c']);
    expect(storage.list('nothing')).toEqual([]);
  });

  it('replays what happened since a revision, as long as it remembers', () => {
    const storage = createStorage({ historyLimit: 5 });
    const start = storage.revision();
    for (let i = 0; i < 5; i++) storage.put('things', thing(`n${i}`));
    expect(storage.changesSince('things', start)).toHaveLength(5);
    expect(storage.changesSince('things', start + 3)).toHaveLength(2);
    for (let i = 0; i < 20; i++) storage.put('things', thing(`m${i}`));
    expect(storage.changesSince('things', start)).toBeUndefined();
    expect(storage.changesSince('things', storage.revision())).toEqual([]);
  });

  it('forgets everything when compacted', () => {
    const storage = createStorage({ historyLimit: 5 });
    const { revision } = { revision: storage.revision() };
    storage.put('things', thing('x'));
    storage.compact();
    expect(storage.changesSince('things', revision)).toBeUndefined();
    expect(storage.changesSince('others', revision)).toBeUndefined();
    expect(storage.changesSince('things', storage.revision())).toEqual([]);
  });
});
