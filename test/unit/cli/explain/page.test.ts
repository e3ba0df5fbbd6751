// docs/explain.md shows what the program says today.
import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { PAGE, withSituations } from './page.ts';
import { situations } from './situations.ts';

it('docs/explain.md is current: `node test/unit/cli/explain/page.ts` writes it', async () => {
  const page = await readFile(PAGE, 'utf8');
  expect(withSituations(page)).toBe(page);
});

it('shows at least twelve situations, each once', () => {
  expect(new Set(situations.map(({ title }) => title)).size).toBe(situations.length);
  expect(situations.length).toBeGreaterThanOrEqual(12);
});
