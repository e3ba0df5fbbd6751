// The fragments of KEDA's documentation in our own words and values, each a file that says in comments what is to be expected of it.
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';

const ROOT = join(import.meta.dirname, '../fixtures/keda-surface');

export interface Fragment {
  /** From the directory of the fragments on. */
  readonly file: string;
  readonly text: string;
  /** Page and heading of KEDA's documentation. */
  readonly page: string;
  /** `severity CODE path`, as `sluice validate` reports them; none where the file is clean. */
  readonly findings: readonly string[];
  /** `Type Status Reason` of a condition of the object that is scaled, `refused, WHY`, or why it is not run; undefined where nothing is. */
  readonly expected: string | undefined;
}

export async function readFragments(): Promise<readonly Fragment[]> {
  const entries = await readdir(ROOT, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(
    files.toSorted().map(async (file) => {
      const text = await readFile(file, 'utf8');
      const said = (word: string): readonly string[] =>
        [...text.matchAll(new RegExp(`^# ${word}: (.*)$`, 'gm'))].map(([, what = '']) => what);
      const [page = ''] = said('KEDA');
      return { file: relative(ROOT, file), text, page, findings: said('finding'), expected: said('expect')[0] };
    }),
  );
}
