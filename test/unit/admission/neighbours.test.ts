import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createNeighbours, type HpaFacts, type Neighbours } from '../../../src/admission/neighbours.ts';
import { hpaNameOf } from '../../../src/api/checks.ts';
import type { ScaledObject } from '../../../src/api/scaled-object.ts';
import { groupVersionOf, targetOf } from '../../../src/api/target.ts';
import type { KubeObject } from '../../../src/kube/client.ts';
import { createObjectStore } from '../../../src/kube/object-store.ts';
import { silentLogger } from '../../../src/log.ts';

interface Given {
  readonly name: string;
  readonly namespace: string;
  readonly target: string;
  readonly apiVersion?: string | undefined;
  readonly hpaName?: string | undefined;
  readonly leaving?: boolean;
}

let version = 0;
function aScaledObject({ name, namespace, target, apiVersion, hpaName, leaving }: Given): ScaledObject {
  return {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: {
      name,
      namespace,
      uid: name,
      resourceVersion: String(++version),
      ...(leaving ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
    },
    spec: {
      scaleTargetRef: { name: target, ...(apiVersion ? { apiVersion } : {}) },
      ...(hpaName ? { advanced: { horizontalPodAutoscalerConfig: { name: hpaName } } } : {}),
      triggers: [],
    },
  };
}

function anHpa(name: string, target: string, metadata: Partial<KubeObject['metadata']> = {}): KubeObject & HpaFacts {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: 'shop', uid: name, resourceVersion: String(++version), ...metadata },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: target } },
  } as KubeObject & HpaFacts;
}

function aWorld() {
  const objects = createObjectStore<KubeObject>(silentLogger);
  const hpas = createObjectStore<KubeObject & HpaFacts>(silentLogger);
  const neighbours = createNeighbours({ scaledObjects: objects, hpas: [hpas] });
  return { objects, hpas, neighbours };
}

const TARGET = { namespace: 'shop', apiVersion: 'apps/v1', kind: 'Deployment', name: 'worker' };

describe('src/admission/neighbours', () => {
  it('knows nothing before every watch does', () => {
    const { objects, hpas, neighbours } = aWorld();
    objects.markSynced();
    expect(neighbours.known()).toBe(false);
    hpas.markSynced();
    expect(neighbours.known()).toBe(true);
  });

  it('knows what was there before it listened, and hears no more when it is told to stop', () => {
    const { objects, neighbours } = aWorld();
    objects.put(aScaledObject({ name: 'a', namespace: 'shop', target: 'worker' }));
    const end = neighbours.listen();
    expect(neighbours.scaledObjectOn(TARGET, 'b')).toBe('a');
    end();
    objects.put(aScaledObject({ name: 'c', namespace: 'shop', target: 'other' }));
    expect(neighbours.scaledObjectOn({ ...TARGET, name: 'other' }, 'b')).toBeUndefined();
  });

  it('takes every version of a kind for the same', () => {
    const { objects, neighbours } = aWorld();
    neighbours.listen();
    objects.put(aScaledObject({ name: 'a', namespace: 'shop', target: 'worker', apiVersion: 'apps/v1beta2' }));
    expect(neighbours.scaledObjectOn(TARGET, 'b')).toBe('a');
  });

  it('passes over objects that say nothing readable', () => {
    const { objects, neighbours } = aWorld();
    neighbours.listen();
    const metadata = { name: 'odd', namespace: 'shop', resourceVersion: '1' };
    objects.put({
      apiVersion: 'keda.sh/v1alpha1',
      kind: 'ScaledObject',
      metadata,
      spec: { scaleTargetRef: 7 },
    } as never);
    objects.put({ apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', metadata: { ...metadata, name: 'empty' } });
    expect(neighbours.scaledObjectOn(TARGET, 'b')).toBeUndefined();
    expect(neighbours.scaledObjectWithHpa('shop', 'keda-hpa-odd', 'b')).toBeUndefined();
  });

  it.each<[string, Partial<KubeObject['metadata']>, readonly string[]]>([
    ['of nobody', {}, ['hpa']],
    ['that minds nobody', { annotations: { 'validations.keda.sh/hpa-ownership': 'false' } }, []],
    [
      'that says true, as the documentation’s example does',
      { annotations: { 'validations.keda.sh/hpa-ownership': 'true' } },
      ['hpa'],
    ],
    [
      'of a ScaledObject',
      { ownerReferences: [{ apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'x', uid: 'x' }] },
      [],
    ],
    ['of somebody else', { ownerReferences: [{ apiVersion: 'a/v1', kind: 'Tuner', name: 'x', uid: 'x' }] }, ['hpa']],
  ])('counts as foreign an HPA %s or not', (_, metadata, expected) => {
    const { hpas, neighbours } = aWorld();
    neighbours.listen();
    hpas.put(anHpa('hpa', 'worker', metadata));
    expect(neighbours.foreignHpasOn(TARGET)).toEqual(expected);
  });

  it('follows an HPA that is adopted, moves and goes', () => {
    const { hpas, neighbours } = aWorld();
    neighbours.listen();
    const owner = { apiVersion: 'keda.sh/v1alpha1', kind: 'ScaledObject', name: 'x', uid: 'x' };
    hpas.put(anHpa('hpa', 'worker'));
    hpas.put(anHpa('hpa', 'worker', { ownerReferences: [owner] }));
    expect(neighbours.foreignHpasOn(TARGET)).toEqual([]);
    hpas.put(anHpa('hpa', 'other'));
    expect(neighbours.foreignHpasOn({ ...TARGET, name: 'other' })).toEqual(['hpa']);
    hpas.remove(anHpa('hpa', 'other'));
    expect(neighbours.foreignHpasOn({ ...TARGET, name: 'other' })).toEqual([]);
  });

  it('says what a search through all objects would say, whatever was written in whatever order', () => {
    const given = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd'),
      namespace: fc.constantFrom('shop', 'bar'),
      target: fc.constantFrom('worker', 'other'),
      apiVersion: fc.constantFrom(undefined, 'apps/v1', 'apps/v1beta1', 'v1'),
      hpaName: fc.constantFrom(undefined, 'own', 'keda-hpa-a', 'keda-hpa-b'),
      leaving: fc.boolean(),
    });
    const step = fc.record({ given, how: fc.constantFrom<'put' | 'remove'>('put', 'put', 'remove') });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.nat(30), given, (steps, listensAt, asked) => {
        const { objects, neighbours } = aWorld();
        for (const [i, { given: what, how }] of steps.entries()) {
          if (i === listensAt) neighbours.listen();
          const object = aScaledObject(what);
          const { metadata } = object;
          if (how === 'put') objects.put(object);
          else objects.remove((objects.get({ namespace: what.namespace, name: metadata.name }) as never) ?? object);
        }
        if (listensAt >= steps.length) neighbours.listen();
        expectLikeSearch(neighbours, objects.list() as readonly ScaledObject[], aScaledObject(asked));
      }),
    );
  });
});

function expectLikeSearch(neighbours: Neighbours, all: readonly ScaledObject[], asked: ScaledObject): void {
  const { name, namespace = '' } = asked.metadata;
  const place = (object: ScaledObject): string => {
    const target = targetOf(object);
    return [target.namespace, groupVersionOf(target.apiVersion).group, target.kind, target.name].join();
  };
  const others = all.filter(
    ({ metadata }) =>
      metadata.namespace === namespace && metadata.name !== name && metadata.deletionTimestamp === undefined,
  );
  const onTarget = others.filter((other) => place(other) === place(asked)).map(({ metadata }) => metadata.name);
  const withName = others.filter((other) => hpaNameOf(other) === hpaNameOf(asked)).map(({ metadata }) => metadata.name);
  const found = neighbours.scaledObjectOn(targetOf(asked), name);
  const namesake = neighbours.scaledObjectWithHpa(namespace, hpaNameOf(asked), name);
  expect(found === undefined ? onTarget : onTarget.includes(found)).toEqual(found === undefined ? [] : true);
  expect(namesake === undefined ? withName : withName.includes(namesake)).toEqual(namesake === undefined ? [] : true);
}
