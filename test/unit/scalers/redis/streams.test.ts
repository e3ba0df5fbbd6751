// What a stream question makes of a server's answers; fakes stand in for versions that are not at hand.
import { describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { streamMeasure, streamQuestion } from '../../../../src/scalers/redis/streams.ts';

const group = (...facts: unknown[]) => [
  'name',
  'g',
  'consumers',
  1,
  'pending',
  0,
  'last-delivered-id',
  '1-0',
  ...facts,
];

/** A server with ten entries and these groups. */
function server(
  version: string,
  groups: unknown,
  info = `# Server\r\nredis_version:${version}\r\nredis_mode:standalone\r\n`,
) {
  const asked: string[] = [];
  const answer = (name: string, reply: unknown) => async () => {
    asked.push(name);
    return reply;
  };
  const client = {
    xlen: answer('xlen', 10),
    info: answer('info', info),
    xinfo: async (what: string) => {
      asked.push(what);
      return what === 'GROUPS' ? groups : ['length', 10, 'entries-added', 12, 'last-entry', ['12-0', []]];
    },
  };
  return { client: client as unknown as Redis, asked };
}
const { ask } = streamQuestion({ stream: 's', consumerGroup: 'g', lagCount: 5 });

describe('the lag', () => {
  it.each<[string, unknown[], number]>([
    ['the server’s figure', [group('entries-read', 1, 'lag', 7)], 7],
    ['no more than there is', [group('entries-read', 1, 'lag', 11)], 10],
    ['what was added since, when the server can not tell', [group('entries-read', 9, 'lag', null)], 3],
    ['everything, when the server knows nothing of the group', [group('entries-read', null, 'lag', null)], 10],
  ])('is %s', async (_, groups, expected) => {
    const { client, asked } = server('7.0.0', groups);
    expect(await ask(client, 'redis:r:1/0')).toBe(expected);
    expect(asked).not.toContain('info');
  });

  it.each(['6.2.14', '5.0.0'])('needs a newer server than %s, with a group and without', async (version) => {
    for (const groups of [[group()], []]) {
      await expect(ask(server(version, groups).client, 'redis:r:1/0')).rejects.toMatchObject({
        code: 'SOURCE_ANSWER',
        message: `redis:r:1/0: expected Redis 7 or newer for lagCount, found ${version}; measure pendingEntriesCount instead`,
      });
    }
  });

  it('needs a server that tells its version', async () => {
    await expect(ask(server('', [], '# Server\r\n').client, 'redis:r:1/0')).rejects.toThrow('found no version');
  });

  it.each(['7.0.15', '7.2.4', '10.0.0', '8.0-m01'])(
    'is every entry for %s while there is no such group',
    async (version) => {
      expect(await ask(server(version, []).client, 'redis:r:1/0')).toBe(10);
    },
  );
});

describe('the measure of a stream', () => {
  it.each([
    [{}, 'streamLength'],
    [{ lagCount: 5 }, 'streamLength'],
    [{ consumerGroup: 'g' }, 'pendingEntriesCount'],
    [{ consumerGroup: 'g', lagCount: 0 }, 'pendingEntriesCount'],
    [{ consumerGroup: 'g', lagCount: 5 }, 'lagCount'],
  ])('of %j is %s', (config, expected) => expect(streamMeasure(config)).toBe(expected));

  it('names equal questions alike and different ones differently', () => {
    const key = (config: object) => streamQuestion({ stream: 's', ...config }).key;
    const keys = [
      {},
      { stream: 't' },
      { consumerGroup: 'g' },
      { consumerGroup: 'h' },
      { consumerGroup: 'g', lagCount: 1 },
    ];
    expect(new Set(keys.map(key)).size).toBe(keys.length);
    expect(key({ consumerGroup: 'g', lagCount: 1 })).toBe(key({ consumerGroup: 'g', lagCount: 9 }));
  });
});
