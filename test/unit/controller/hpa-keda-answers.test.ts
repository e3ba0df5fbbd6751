// KEDA's own reconciler as the judge of HPAs.
import { describe } from '@jest/globals';
import { labels } from '../../../src/api/names.ts';
import type { ScaledObject } from '../../../src/api/scaled-object.ts';
import { buildHpa, canonicalJson, SPEC_HASH } from '../../../src/controller/hpa.ts';
import { parseQuantity } from '../../../src/quantity.ts';
import type { AskedHpa, HpaAnswer } from '../../fixtures/keda-answers/objects/question.ts';
import { questions } from '../../fixtures/keda-answers/objects/questions/hpa.ts';
import { itAnswersAsKeda } from '../../support/keda-objects.ts';
import { parseWritten } from '../../support/written-trigger.ts';

function ours({ scaledObject }: AskedHpa): HpaAnswer {
  const object = scaledObject as unknown as ScaledObject;
  const { triggers: written, advanced } = object.spec;
  const triggers = written.flatMap(({ type, metadata, metricType }, index) => {
    const { trigger } = parseWritten(type, {
      metadata,
      ...(metricType === undefined ? {} : { metricType }),
      inFormula: advanced?.scalingModifiers !== undefined,
    });
    return trigger.kind === 'described' ? [] : [{ index, trigger }];
  });
  const { metadata, spec } = buildHpa({ object, triggers, version: 'test' });
  const { name, labels: shown = {}, annotations = {} } = metadata;
  return { name, labels: shown, annotations, spec };
}

/** Without what is told apart on purpose: the version, the hash, and a label that KEDA writes into the object first. */
function comparable({ name, labels: shown, annotations, spec }: HpaAnswer): unknown {
  const without = (record: Readonly<Record<string, string>>, ...keys: readonly string[]) =>
    Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
  // A quantity may be written in several ways.
  const plain: unknown = JSON.parse(canonicalJson(spec), (key, value: unknown) =>
    (key === 'averageValue' || key === 'value') && typeof value === 'string' ? parseQuantity(value) : value,
  );
  return {
    name,
    labels: without(shown, labels.appVersion, labels.scaledObjectName),
    annotations: without(annotations, SPEC_HASH),
    spec: plain,
  };
}

describe('the HPA of a ScaledObject', () => {
  itAnswersAsKeda('hpa', questions, {
    theirs: (answer: HpaAnswer) => comparable(answer),
    ours: (asked) => comparable(ours(asked)),
  });
});
