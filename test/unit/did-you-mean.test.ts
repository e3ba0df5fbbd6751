// Suggestions for misspelt words.
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { didYouMean, editDistance } from '../../src/did-you-mean.ts';

describe('didYouMean', () => {
  const fields = ['queueName', 'messageCount', 'databaseIndex', 'host', 'listName', 'repos'];
  it.each([
    ['queuename', 'queueName'],
    ['queueNmae', 'queueName'],
    ['quueName', 'queueName'],
    ['repo', 'repos'],
    ['dbIndex', 'databaseIndex'],
    ['hosts', 'host'],
    ['messagecount', 'messageCount'],
    ['messageLength', undefined],
    ['queueNaming', 'queueName'],
    ['lagThreshold', undefined],
    ['x', undefined],
    ['', undefined],
  ])('takes %j for %j', (word, expected) => expect(didYouMean(word, fields)).toBe(expected));

  it('suggests nothing when a word abbreviates more than one candidate', () =>
    expect(didYouMean('clnt', ['clientIdentifier', 'clientAuthenticity'])).toBeUndefined());
  it('prefers the nearest candidate, then the first', () => {
    expect(didYouMean('prot', ['ports', 'port'])).toBe('port');
    expect(didYouMean('cat', ['bat', 'hat'])).toBe('bat');
  });
});

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['ab', 'ba', 1],
    ['kitten', 'sitting', 3],
    ['größe', 'grosse', 3],
    ['😀a', '😀b', 1],
  ])('of %j and %j is %i', (a, b, expected) => expect(editDistance(a, b, 9)).toBe(expected));

  const words = fc.string({ unit: 'grapheme', maxLength: 12 });
  it('is symmetric, and zero for equal words only', () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        const distance = editDistance(a, b, 99);
        expect(editDistance(b, a, 99)).toBe(distance);
        expect(distance === 0).toBe(a === b);
      }),
    );
  });
  it('never answers more than one above the limit, and agrees with the unlimited answer below it', () => {
    fc.assert(
      fc.property(words, words, fc.nat(5), (a, b, limit) => {
        expect(editDistance(a, b, limit)).toBe(Math.min(editDistance(a, b, 99), limit + 1));
      }),
    );
  });
});
