// KEDA's own code as the judge of what triggers mean: test/fixtures/keda-answers/record.ts asked it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { differences } from '../../fixtures/keda-answers/differences.ts';
import type { Answer, Metric, Recording } from '../../fixtures/keda-answers/question.ts';
import { parseQuantity } from '../../../src/quantity.ts';
import { ourAnswer } from '../../support/our-answer.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/keda-answers');
const recordings = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.json'))
  .map((name) => ({
    type: name.slice(0, -'.json'.length),
    recording: JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Recording,
  }));

/** As far as both sides can know it: KEDA's metrics are unknown where it found no broker, ours where only the source tells. */
function comparable(keda: Answer, ours: Answer | undefined) {
  if (!('metrics' in keda) || ours === undefined || !('metrics' in ours)) {
    return { keda: judgement(keda), ours: judgement(ours) };
  }
  return { keda: keda.metrics.map(exact), ours: ours.metrics.map(exact) };
}

function judgement(answer: Answer | undefined) {
  return { isRefused: answer !== undefined && ('refused' in answer || 'panicked' in answer) };
}

/** `1.500` and `1500m` are one quantity; the API server writes it in its own way. */
const exact = ({ target, ...metric }: Metric) => ({ ...metric, target: parseQuantity(target) ?? target });

describe.each(recordings)('a trigger of type $type', ({ type, recording }) => {
  const compared = recording.answers.map(({ question, answer }) => ({
    title: question.title,
    ...comparable(answer, ourAnswer(type, question)),
  }));
  const deliberate = differences[type] ?? {};

  it.each(compared.filter(({ title }) => !Object.hasOwn(deliberate, title)))(
    'is to us what it is to KEDA: $title',
    ({ keda, ours }) => {
      expect(ours).toEqual(keda);
    },
  );

  it('differs where it is meant to', () => {
    const alike = (title: string): boolean => {
      const found = compared.find((each) => each.title === title);
      return found === undefined || JSON.stringify(found.ours) === JSON.stringify(found.keda);
    };
    expect(Object.keys(deliberate).filter(alike)).toEqual([]);
  });
});

it('no difference is told of a type that KEDA was not asked about', () => {
  const types = recordings.map(({ type }) => type);
  expect(Object.keys(differences).filter((type) => !types.includes(type))).toEqual([]);
});
