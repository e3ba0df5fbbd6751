// One jest, five rooms. `unit` and `repo` need nothing; `contract` uses real brokers where they are installed;
// `integration` runs the whole program against the sandbox, and `e2e` against a real control plane.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { areBuildable } from './test/e2e/control-plane/available.ts';
import { SANDBOX_ONLY } from './test/e2e/stories/sandbox-only.ts';
import { kubernetesVersion } from './test/support/kubernetes-version.ts';

const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
};
const project = (name) => ({ ...shared, displayName: name, roots: [`<rootDir>/test/${name}`] });

/** The stories of `integration` once more, and what only a real control plane can show. */
function endToEnd() {
  const isAsked = process.argv.includes('e2e');
  const hasStories = isAsked && areBuildable(`kubernetes-${kubernetesVersion()}`, 'etcd', 'helm');
  const notHere = Object.keys(SANDBOX_ONLY).map((file) => `/test/integration/${file}$`);
  return {
    ...project('e2e'),
    roots: ['<rootDir>/test/e2e', ...(hasStories ? ['<rootDir>/test/integration'] : [])],
    testPathIgnorePatterns: ['/node_modules/', ...notHere],
    globals: { CLUSTER: 'real', RIGHTS_FILE: join(tmpdir(), `sluice-rights-${process.pid}.jsonl`) },
    globalTeardown: '<rootDir>/test/e2e/chart/granted-and-used.ts',
  };
}

export default {
  // Half of the time is spent waiting for brokers and processes, so no core is left for the parent alone.
  maxWorkers: '100%',
  // Modules of a file that is done stay in memory. A worker that holds much of that spends its time on collecting garbage.
  workerIdleMemoryLimit: '512MB',
  testSequencer: '<rootDir>/test/support/longest-first.js',
  projects: [...['unit', 'repo', 'contract', 'integration'].map(project), endToEnd()],
};
