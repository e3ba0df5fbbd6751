// docs/errors.md documents exactly the codes that src/errors.ts can produce.
import { describe, expect, it } from '@jest/globals';
import { ERROR_CODES } from '../../src/errors.ts';
import { read } from '../support/source-tree.ts';

describe('docs/errors.md', () => {
  const documented = [...read('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map((m) => m[1]);

  it('documents every code once, in the order of errors.ts', () => {
    expect(documented).toEqual([...ERROR_CODES]);
  });
});
