import { describe, expect, it } from '@jest/globals';
import { withTable } from '../../../src/cli/generate.ts';

describe('cli/generate', () => {
  it.each([
    ['empty', '<!-- generated: t -->\n<!-- end -->\n'],
    ['filled', '<!-- generated: t -->\nold\nolder\n<!-- end -->\n'],
  ])('fills a place that is %s, and leaves the others', (_what, place) => {
    const other = '<!-- generated: u -->\nkept\n<!-- end -->\n';
    const written = withTable(`before\n${place}${other}`, 't', '| $1 |');
    expect(written).toBe(`before\n<!-- generated: t -->\n| $1 |\n<!-- end -->\n${other}`);
    expect(withTable(written, 't', '| $1 |')).toBe(written);
  });
});
