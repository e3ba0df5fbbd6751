// Prints `N passed, N failed, N skipped` over several runs of jest, and before that which files passed only when they were run again.
// Usage: counts.ts FAILED_STEPS FOLDER RUN…; FOLDER has RUN.json of each, and RUN.again.json where some of it was run again.
import { join, relative } from 'node:path';
import { readResults, type TestFile } from './jest-results.ts';

const [steps = '0', folder = '', ...runs] = process.argv.slice(2);
const total = { passed: 0, failed: Number(steps), skipped: 0 };

function count({ status, assertionResults }: TestFile): void {
  const numberOf = (...wanted: readonly string[]): number =>
    assertionResults.filter((test) => wanted.includes(test.status)).length;
  const failed = numberOf('failed');
  total.passed += numberOf('passed');
  total.skipped += numberOf('pending', 'todo', 'skipped', 'disabled');
  // A file that cannot even be run has no tests.
  total.failed += status === 'failed' ? Math.max(1, failed) : failed;
}

for (const run of runs) {
  const first = readResults(join(folder, `${run}.json`));
  const again = new Map(readResults(join(folder, `${run}.again.json`))?.map((file) => [file.name, file]));
  if (!first) total.failed++;
  for (const file of first ?? []) {
    const last = again.get(file.name) ?? file;
    count(last);
    if (last !== file && last.status === 'passed')
      process.stdout.write(`FAILED AT FIRST: ${relative(process.cwd(), file.name)} (${run})\n`);
  }
}
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
