// The stories of test/integration that a real control plane is not asked for, each with the reason.

/** By file: none of its stories has a cluster that could be a real one. */
export const SANDBOX_ONLY: Readonly<Record<string, string>> = {
  'cli.test.ts': 'asks no cluster',
};
