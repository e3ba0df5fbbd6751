// Prints a pattern of the test files that failed, nothing when none did.
import { relative } from 'node:path';
import { readResults } from './jest-results.ts';

const failed = (readResults(process.argv[2] ?? '') ?? []).filter(({ status }) => status === 'failed');
process.stdout.write(failed.map(({ name }) => relative(process.cwd(), name)).join('|'));
