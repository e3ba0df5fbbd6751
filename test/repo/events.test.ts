// docs/events.md names every Event and every CloudEvent that there is, and no other.
import { describe, expect, it } from '@jest/globals';
import { CLOUD_EVENT_TYPES } from '../../src/api/cloud-event-source.ts';
import { cloudEventType } from '../../src/cloud-events/event-types.ts';
import { read, repositoryFiles } from '../support/source-tree.ts';

const page = read('docs/events.md');
const rows = page.split('\n').filter((line) => line.startsWith('| `'));
const cells = (row: string): readonly string[] => row.split('|').slice(1, -1);
const codes = (text: string): readonly string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
const isType = (code: string): boolean => code.startsWith('keda.');

/** Written out where they are told, but for those of authentications, which are put together. */
const REASON = /'((?:KEDA|ScaledObject|ScaledJob)[A-Z]\w+)'/g;
const told = repositoryFiles()
  .filter((file) => /^src\/controller\/.*announce\.ts$/.test(file))
  .flatMap((file) => [...read(file).matchAll(REASON)].map(([, reason = '']) => reason))
  .concat(
    ['TriggerAuthentication', 'ClusterTriggerAuthentication'].flatMap((kind) =>
      ['Added', 'Updated', 'Deleted'].map((what) => kind + what),
    ),
  );

describe('docs/events.md', () => {
  it('names every reason, and none that nobody tells', () => {
    const named = rows.flatMap((row) => codes(cells(row)[0] ?? '')).filter((code) => !isType(code));
    expect([...new Set(named)].toSorted()).toEqual([...new Set(told)].toSorted());
  });

  it('names every type of CloudEvent, and its reasons', () => {
    const types = rows.filter((row) => isType(codes(row)[0] ?? ''));
    expect(types.map((row) => codes(row)[0])).toEqual([...CLOUD_EVENT_TYPES]);
    for (const row of types) {
      const [type, ...reasons] = codes(row);
      expect([type, ...reasons.map(cloudEventType)]).toEqual([type, ...reasons.map(() => type)]);
      expect(reasons.length).toBeGreaterThan(0);
    }
  });
});
