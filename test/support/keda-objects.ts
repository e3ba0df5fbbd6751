// Holds one part of ours to what KEDA's own code answered (test/fixtures/keda-answers/objects, written by record.ts there).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import type { Question, Recording } from '../fixtures/keda-answers/objects/question.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/keda-answers/objects');

/** One test for each question. Both sides are reduced to what can be compared; a question that `differs` must do so. */
export function itAnswersAsKeda<Asked extends object, Answer, Fact>(
  subject: string,
  questions: readonly Question<Asked>[],
  sides: {
    readonly theirs: (answer: Answer, asked: Asked) => Fact;
    readonly ours: (asked: Asked, answer: Answer) => Fact | Promise<Fact>;
  },
): void {
  const { answers } = JSON.parse(readFileSync(join(FOLDER, `${subject}.json`), 'utf8')) as Recording<Answer>;
  const recorded = questions.flatMap((question) => {
    const answer = answers[question.title];
    return answer === undefined ? [] : [{ ...question, answer }];
  });

  it('knows KEDA’s answer to every question', () => {
    expect(Object.keys(answers)).toEqual(questions.map(({ title }) => title));
  });

  it.each(recorded.filter(({ differs }) => differs === undefined))(
    'is as in KEDA: $title',
    async ({ asked, answer }) => {
      expect(await sides.ours(asked, answer)).toEqual(sides.theirs(answer, asked));
    },
  );

  const different = recorded.filter(({ differs }) => differs !== undefined);
  if (different.length === 0) return;
  it.each(different)('is not as in KEDA: $title ($differs)', async ({ asked, answer }) => {
    expect(await sides.ours(asked, answer)).not.toEqual(sides.theirs(answer, asked));
  });
}
