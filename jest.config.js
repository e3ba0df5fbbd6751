// One jest, five rooms. `unit` and `repo` need nothing; `contract` uses real brokers where they are installed;
// `integration` runs the whole program against the sandbox, and `e2e` against a real control plane.
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

export default {
  // Half of the time is spent waiting for brokers and processes, so no core is left for the parent alone.
  maxWorkers: '100%',
  projects: [
    ...['unit', 'repo', 'contract', 'integration'].map(project),
    // The stories of `integration` once more, and what only a real control plane can show.
    { ...project('e2e'), roots: ['<rootDir>/test/e2e'] },
  ],
};
