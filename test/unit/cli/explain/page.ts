// The generated part of docs/explain.md: `node test/unit/cli/explain/page.ts` writes it, a test keeps it current.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explanationText } from '../../../../src/cli/explain/output.ts';
import { explainScaledJob } from '../../../../src/cli/explain/scaled-job.ts';
import { explainScaledObject } from '../../../../src/cli/explain/scaled-object.ts';
import { repositoryRoot } from '../../../support/source-tree.ts';
import { jobSituations } from './job-situations.ts';
import { situations } from './situations.ts';

export const PAGE = join(repositoryRoot, 'docs/explain.md');
const BEGIN = '<!-- generated: situations -->';
const END = '<!-- end -->';

/** The page with the situations of now. */
export function withSituations(page: string): string {
  const [before = '', rest = ''] = page.split(BEGIN);
  const [, after = ''] = rest.split(END);
  const shown = [
    ...situations.map((one) => ({ ...one, explanation: explainScaledObject(one.facts) })),
    ...jobSituations.map((one) => ({ ...one, explanation: explainScaledJob(one.facts) })),
  ].map(
    ({ title, about, explanation }) => `### ${title}\n\n${about}\n\n\`\`\`\n${explanationText(explanation)}\`\`\`\n`,
  );
  return `${before}${BEGIN}\n\n${shown.join('\n')}\n${END}${after}`;
}

if (import.meta.filename === process.argv[1]) {
  await writeFile(PAGE, withSituations(await readFile(PAGE, 'utf8')));
}
