// What KEDA's documentation shows passes `sluice validate`, with exactly the remarks that each file announces.
import { describe, expect, it } from '@jest/globals';
import { type Fragment, readFragments } from '../../../support/keda-surface.ts';
import { judgeFiles } from './manifests.ts';

const fragments = await readFragments();

async function findingsOf(given: readonly Fragment[]): Promise<readonly string[]> {
  const reports = await judgeFiles(Object.fromEntries(given.map(({ file, text }) => [file, text])));
  return reports.flatMap(({ problems }) => problems.map(({ severity, code, path }) => `${severity} ${code} ${path}`));
}

describe('the fragments of KEDA’s documentation', () => {
  it.each(fragments.map((fragment) => [fragment.file, fragment.page, fragment] as const))(
    '%s (%s) is judged as it says',
    async (_file, _page, fragment) => {
      expect(await findingsOf([fragment])).toEqual(fragment.findings);
    },
  );

  it('all of them together have no error, and nothing to say of each other', async () => {
    const saidOnce = (finding: string): boolean => finding.startsWith('info UNRESOLVED');
    const expected = fragments.flatMap(({ findings }) => findings).filter((finding) => !saidOnce(finding));
    const found = (await findingsOf(fragments)).filter((finding) => !saidOnce(finding));
    expect(found.toSorted()).toEqual(expected.toSorted());
    expect(found.filter((finding) => finding.startsWith('error'))).toEqual([]);
  });

  it.each([
    'ScaledObject',
    'ScaledJob',
    'TriggerAuthentication',
    'ClusterTriggerAuthentication',
    'CloudEventSource',
    'ClusterCloudEventSource',
  ])('has a %s among them', (kind) => {
    expect(fragments.some(({ text }) => text.includes(`\nkind: ${kind}\n`))).toBe(true);
  });
});
