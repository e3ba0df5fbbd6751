import { describe, expect, it, jest } from '@jest/globals';
import type { KubeObject } from '../../../src/kube/client.ts';
import { createObjectStore } from '../../../src/kube/object-store.ts';
import type { Change } from '../../../src/kube/store.ts';
import { silentLogger } from '../../../src/log.ts';

const anObject = (name: string, resourceVersion: string, uid = name, namespace = 'shop'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, uid, resourceVersion },
});
const seen = (changes: readonly Change<KubeObject>[]): string[] =>
  changes.map((c) => `${c.type} ${c.object.metadata.name}@${c.object.metadata.resourceVersion}`);

function aStore(): { store: ReturnType<typeof createObjectStore>; changes: Change<KubeObject>[] } {
  const store = createObjectStore(silentLogger);
  const changes: Change<KubeObject>[] = [];
  store.subscribe((change) => changes.push(change));
  return { store, changes };
}

describe('src/kube/object-store', () => {
  it('tells a late listener of everything that is there', () => {
    const { store } = aStore();
    store.put(anObject('a', '1'));
    const late: Change<KubeObject>[] = [];
    store.subscribe((change) => late.push(change));
    expect(seen(late)).toEqual(['added a@1']);
  });

  it('tells a listener nothing more once it went', () => {
    const store = createObjectStore(silentLogger);
    const listener = jest.fn();
    store.subscribe(listener)();
    store.put(anObject('a', '1'));
    expect(listener).not.toHaveBeenCalled();
  });

  it('says nothing of an object whose version it knows', () => {
    const { store, changes } = aStore();
    store.put(anObject('a', '1'));
    store.put(anObject('a', '1'));
    store.replace(undefined, [anObject('a', '1')]);
    expect(seen(changes)).toEqual(['added a@1']);
  });

  it('takes an object with a new uid for another one', () => {
    const { store, changes } = aStore();
    store.put(anObject('a', '1', 'first'));
    store.put(anObject('a', '5', 'second'));
    expect(seen(changes)).toEqual(['added a@1', 'deleted a@1', 'added a@5']);
  });

  it('replaces one namespace without touching the others', () => {
    const { store, changes } = aStore();
    store.put(anObject('a', '1', 'a', 'one'));
    store.put(anObject('a', '2', 'b', 'two'));
    store.replace('one', []);
    expect(seen(changes).at(-1)).toBe('deleted a@1');
    expect(store.list()).toHaveLength(1);
    expect(store.list('one')).toEqual([]);
  });

  it('goes on when a listener throws', () => {
    const { store } = aStore();
    store.subscribe(() => {
      throw new Error('broken listener');
    });
    const last = jest.fn();
    store.subscribe(last);
    store.put(anObject('a', '1'));
    expect(last).toHaveBeenCalledTimes(1);
  });

  it('tells of a deletion with what was known before, which the last state may differ from', () => {
    const { store, changes } = aStore();
    store.put(anObject('a', '1'));
    store.remove(anObject('a', '2'));
    expect(changes.at(-1)).toEqual({ type: 'deleted', object: anObject('a', '2'), previous: anObject('a', '1') });
  });

  it('ignores the deletion of what it never knew', () => {
    const { store, changes } = aStore();
    store.remove(anObject('a', '1'));
    expect(changes).toEqual([]);
  });
});
