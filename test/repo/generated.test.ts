// What is made from the schemas is checked in, and current.
import { describe, expect, it } from '@jest/globals';
import { generatedFiles } from '../../src/cli/generate.ts';
import { read } from '../support/source-tree.ts';

describe('generated files', () => {
  it.each([...generatedFiles(read)])('%s is what `make generate` writes', (path, text) => {
    expect(read(path)).toBe(text);
  });
});
