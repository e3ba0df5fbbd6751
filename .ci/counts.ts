// Prints `N passed, N failed, N skipped` from jest's JSON and exits with 1 when a test or a step failed.
import { readFileSync } from 'node:fs';

const [file = '', steps = '0'] = process.argv.slice(2);
let passed = 0;
let failed = Number(steps);
let skipped = 0;
try {
  const result = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  passed += result['numPassedTests'] ?? 0;
  failed += (result['numFailedTests'] ?? 0) + (result['numRuntimeErrorTestSuites'] ?? 0);
  skipped += (result['numPendingTests'] ?? 0) + (result['numTodoTests'] ?? 0);
} catch {
  failed++;
}
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
