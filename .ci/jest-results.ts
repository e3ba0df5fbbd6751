// What jest wrote with --json, as far as it is needed here.
import { existsSync, readFileSync } from 'node:fs';

export interface TestFile {
  /** Its whole path. */
  readonly name: string;
  readonly status: 'passed' | 'failed';
  readonly assertionResults: readonly { readonly status: string }[];
}

/** Undefined when jest did not get so far as to write them. */
export function readResults(file: string): readonly TestFile[] | undefined {
  if (!existsSync(file)) return undefined;
  const { testResults } = JSON.parse(readFileSync(file, 'utf8')) as { readonly testResults: readonly TestFile[] };
  return testResults;
}
