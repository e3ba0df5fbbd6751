// What `sluice validate` says of Redis streams whose target may go to zero.
import { describe, expect, it } from '@jest/globals';
import { messagesOf, problemsOf, scaledObject } from './manifests.ts';

const stream = (metadata: string, type = 'redis-streams') =>
  `\n  - { type: ${type}, metadata: { address: "r:1", stream: s, ${metadata} } }`;
const group = 'consumerGroup: g';
const lag = stream(`${group}, lagCount: "5"`);
const pending = stream(group);
const length = stream('streamLength: "5"');
const cron = `\n  - { type: cron, metadata: { timezone: UTC, start: 0 8 * * *, end: 0 9 * * *, desiredReplicas: "1" } }`;
const cpu = `\n  - { type: cpu, metricType: Utilization, metadata: { value: "60" } }`;
const object = (triggers: string, replicas = '') =>
  scaledObject(`${replicas}scaleTargetRef: { name: consumer }\ntriggers:${triggers}`);

describe('Redis streams and zero replicas', () => {
  it.each<[string, string, string[]]>([
    ['pending entries alone', pending, ['8 spec.triggers[0].metadata.pendingEntriesCount warning SCALE_TO_ZERO']],
    [
      'pending entries beside cpu, which wakes nobody',
      `${pending}${cpu}`,
      ['8 spec.triggers[0].metadata.pendingEntriesCount warning SCALE_TO_ZERO'],
    ],
    [
      'a lag of 0, which counts as none',
      stream(`${group}, lagCount: "0"`, 'redis-cluster-streams'),
      ['8 spec.triggers[0].metadata.pendingEntriesCount warning SCALE_TO_ZERO'],
    ],
    ['pending entries beside a trigger that wakes', `${pending}${cron}`, []],
    ['the length', length, ['8 spec.triggers[0].metadata.streamLength warning SCALE_TO_ZERO']],
    ['the lag alone', lag, ['8 spec.triggers[0].metadata.lagCount info SCALE_TO_ZERO']],
    [
      'the lag beside what another group has pending',
      `${lag}${stream('consumerGroup: h', 'redis-streams')}`,
      ['8 spec.triggers[0].metadata.lagCount info SCALE_TO_ZERO'],
    ],
    ['lag and pending entries of one group', `${lag}${pending}`, []],
    [
      'an activation above 0',
      `${stream(`${group}, lagCount: "5", activationLagCount: "1"`)}${pending}`,
      ['8 spec.triggers[0].metadata.activationLagCount info SCALE_TO_ZERO'],
    ],
  ])('is told about %s', async (_, triggers, expected) => {
    const told = await problemsOf(object(triggers));
    expect(told.filter((line) => line.endsWith('SCALE_TO_ZERO'))).toEqual(expected);
  });

  it('is told nothing while a replica always runs', async () => {
    expect(await problemsOf(object(`${pending}${length}${lag}`, 'minReplicaCount: 1\n'))).toEqual([]);
  });

  it('is told that an idle target sleeps as well', async () => {
    expect(await messagesOf(object(pending, 'minReplicaCount: 1\nidleReplicaCount: 0\n'))).toMatch(
      /^nothing is pending/,
    );
  });

  it('hears what the old name of a parameter is today', async () => {
    expect(await messagesOf(object(stream('lagThreshold: "5"')))).toContain('has no effect: write lagCount');
  });
});
