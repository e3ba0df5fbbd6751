// Where a file falls apart into documents.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { splitDocuments } from '../../../../src/cli/validate/kubectl-yaml.ts';

describe('splitDocuments', () => {
  it.each<[string, [string, number][]]>([
    ['', [['', 0]]],
    ['a\n', [['a\n', 0]]],
    [
      '---\na\n---\nb',
      [
        ['---\na\n', 0],
        ['---\nb', 2],
      ],
    ],
    [
      'a\r\n---\r\nb',
      [
        ['a\r\n', 0],
        ['---\r\nb', 1],
      ],
    ],
    [
      'a\n--- # next\nb',
      [
        ['a\n', 0],
        ['--- # next\nb', 1],
      ],
    ],
    ['a: |\n  ---\n----\n', [['a: |\n  ---\n----\n', 0]]],
  ])('splits %j', (text, chunks) =>
    expect([...splitDocuments(text)].map((chunk) => [chunk.text, chunk.linesAbove])).toEqual(chunks),
  );
  it('loses nothing and counts the lines', () =>
    fc.assert(
      fc.property(fc.array(fc.constantFrom('---\n', '--- x\n', 'a: 1\n', '\n', ' ---\n')), (lines) => {
        const chunks = [...splitDocuments(lines.join(''))];
        expect(chunks.map(({ text }) => text).join('')).toBe(lines.join(''));
        let above = 0;
        for (const { text, linesAbove } of chunks) {
          expect(linesAbove).toBe(above);
          above += text.split('\n').length - 1;
        }
      }),
    ));
});
