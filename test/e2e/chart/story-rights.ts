// What the stories used of the chart's rights: each world on a real control plane adds a line to one file of the run.
import { appendFile, readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { UsedRights } from './used-rights.ts';

export interface StoryRights {
  readonly story: string;
  readonly used: UsedRights;
}

/** Set by jest.config.js for the project that has a real control plane. */
const { RIGHTS_FILE } = globalThis as { readonly RIGHTS_FILE?: string };

export async function addStoryRights(testPath: string, used: UsedRights): Promise<void> {
  if (RIGHTS_FILE === undefined) return;
  const line: StoryRights = { story: basename(testPath).replace('.test.ts', ''), used };
  await appendFile(RIGHTS_FILE, `${JSON.stringify(line)}\n`);
}

/** By right, the stories that used it and how often, the most first. */
export async function readStoryRights(file: string): Promise<{
  readonly stories: ReadonlySet<string>;
  readonly users: ReadonlyMap<string, ReadonlyMap<string, number>>;
}> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as StoryRights);
  const users = new Map<string, Map<string, number>>();
  for (const { story, used } of lines) {
    for (const [right, times] of Object.entries(used)) {
      const counts = users.get(right) ?? new Map<string, number>();
      users.set(right, counts.set(story, (counts.get(story) ?? 0) + times));
    }
  }
  return { stories: new Set(lines.map(({ story }) => story)), users };
}
