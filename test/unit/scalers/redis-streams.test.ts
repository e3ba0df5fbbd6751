import { describe, expect, it } from '@jest/globals';
import { polled, problems, warningsOf } from '../../support/written-trigger.ts';

const good = { stream: 'orders', address: 'cache:6379' };
const group = { ...good, consumerGroup: 'billing' };

describe.each(['redis-streams', 'redis-cluster-streams', 'redis-sentinel-streams'])('%s', (type) => {
  const sentinel: Record<string, string> = type === 'redis-sentinel-streams' ? { sentinelMaster: 'm' } : {};
  const metricOf = (metadata: Record<string, string>) =>
    polled(type, { metadata: { ...metadata, ...sentinel } }).metric;

  it('has a metric named after its stream, whatever the group', () => {
    expect(metricOf({ ...group, stream: 'a/b:c', activationLagCount: '3' })).toEqual({
      name: 'redis-streams-a-b-c',
      target: 5,
      type: 'AverageValue',
      activation: 3,
    });
  });

  it.each<[string, Record<string, string>, number]>([
    ['the length without a group', { ...good, streamLength: '7', lagCount: '9', pendingEntriesCount: '8' }, 7],
    ['the pending entries of a group', { ...group, streamLength: '7', pendingEntriesCount: '8' }, 8],
    ['the pending entries when the lag is 0', { ...group, lagCount: '0', pendingEntriesCount: '8' }, 8],
    ['the lag when it is given', { ...group, lagCount: '9', pendingEntriesCount: '8' }, 9],
  ])('aims at %s', (_, metadata, target) => expect(metricOf(metadata).target).toBe(target));
});

describe('redis-streams', () => {
  it.each<[Record<string, string>, string[]]>([
    [{ address: 'c:1' }, ['stream: is required: set metadata.stream']],
    [{ stream: 's' }, ['address: is required: give host:port in address, or host and port']],
    [{ ...good, streamLength: '0' }, ['streamLength: expected at least 1, found 0']],
    [{ ...group, pendingEntriesCount: '-5' }, ['pendingEntriesCount: expected at least 1, found -5']],
    [{ ...group, lagCount: '-1' }, ['lagCount: expected at least 1, found -1']],
    [{ ...group, lagCount: '2.5' }, ['lagCount: expected a whole number such as 5, found "2.5"']],
    [{ ...good, databaseIndex: 'x' }, ['databaseIndex: expected a whole number such as 5, at least 0, found "x"']],
  ])('refuses %j', (metadata, expected) => expect(problems('redis-streams', { metadata })).toEqual(expected));

  it('takes an address and a password from the environment, and several hosts', () => {
    const metadata = { stream: 's', hosts: 'a,b', portsFromEnv: 'PORTS', passwordFromEnv: 'PASSWORD' };
    const id = polled('redis-cluster-streams', { metadata, env: { PORTS: '1,2', PASSWORD: 'hunter2' } }).sourceId;
    expect(id).toMatch(/^redis-cluster:a:1,b:2\/0#/);
    expect(id).not.toContain('hunter2');
  });

  it.each<[string, Record<string, string>, string[]]>([
    [
      'lagCount comes first',
      { ...group, lagCount: '1', pendingEntriesCount: '2', streamLength: '3' },
      [
        "pendingEntriesCount: has no effect: the group's lagCount comes first",
        "streamLength: has no effect: the group's lagCount comes first",
      ],
    ],
    [
      'there is no group',
      { ...good, lagCount: '1', pendingEntriesCount: '2' },
      [
        'lagCount: has no effect without consumerGroup: streamLength counts',
        'pendingEntriesCount: has no effect without consumerGroup: streamLength counts',
      ],
    ],
    ['a lag of 0 is said in vain', { ...group, lagCount: '0' }, []],
    [
      'a sentinel is meant',
      { ...good, sentinelMaster: 'm' },
      ['sentinelMaster: has no effect: it is for the type redis-sentinel-streams'],
    ],
  ])('warns when %s', (_, metadata, expected) => expect(warningsOf('redis-streams', { metadata })).toEqual(expected));

  it('shares its source with the lists of the same server and identity', () => {
    for (const kind of ['', '-cluster', '-sentinel']) {
      const metadata = { address: 'cache:6379', sentinelMaster: 'm', listName: 'l', stream: 's' };
      const auth = { username: 'u', password: 'p' };
      const [list, stream] = [`redis${kind}`, `redis${kind}-streams`].map((type) => polled(type, { metadata, auth }));
      expect(stream?.sourceId).toBe(list?.sourceId);
    }
  });
});
