// Prints `N passed, N failed, N skipped` over several runs of jest from their JSON; exits with 1 when a test or a step failed.
import { readFileSync } from 'node:fs';

const [steps = '0', ...files] = process.argv.slice(2);
const total = { passed: 0, failed: Number(steps), skipped: 0 };
for (const file of files) {
  try {
    const result = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
    total.passed += result['numPassedTests'] ?? 0;
    total.failed += (result['numFailedTests'] ?? 0) + (result['numRuntimeErrorTestSuites'] ?? 0);
    total.skipped += (result['numPendingTests'] ?? 0) + (result['numTodoTests'] ?? 0);
  } catch {
    total.failed++;
  }
}
process.stdout.write(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
