// What `sluice validate` says of manifests, given as objects.
import { stringify } from 'yaml';
import type { InputFile } from '../../../src/cli/validate/input-files.ts';
import { validate } from '../../../src/cli/validate/validate.ts';

/** Messages of every severity; none where nothing is worth saying. */
export async function warningsOf(...objects: readonly object[]): Promise<readonly string[]> {
  const text = objects.map((object) => stringify(object)).join('---\n');
  async function* files(): AsyncGenerator<InputFile> {
    yield { file: 'manifests.yaml', mode: 'found', content: { text } };
  }
  const reports = await Array.fromAsync(validate(files(), new AbortController().signal));
  return reports.flatMap(({ problems }) => problems.map(({ message }) => message));
}
