import { describe, expect, it } from '@jest/globals';
import { polled, problems, warningsOf } from '../../support/written-trigger.ts';

const good = { listName: 'jobs', address: 'cache:6379' };

describe('redis', () => {
  it('has a metric named after its key', () => {
    expect(polled('redis', { metadata: { ...good, listName: 'a/b:c', activationListLength: '3' } }).metric).toEqual({
      name: 'redis-a-b-c',
      target: 5,
      type: 'AverageValue',
      activation: 3,
    });
  });

  it.each([
    [{ address: undefined }, ['address: is required: give host:port in address, or host and port']],
    [{ address: ',b:1' }, ['address: is required: give host:port in address, or host and port']],
    [{ address: 'cache' }, ['address: expected host:port with a port from 1 to 65535']],
    [{ address: 'cache:70000' }, ['address: expected host:port with a port from 1 to 65535']],
    [{ address: undefined, host: 'a,b', port: '1' }, ['host: expected as many hosts as ports, found 2 and 1']],
    [{ address: undefined, host: 'a' }, ['address: is required: give host:port in address, or host and port']],
    [{ listLength: '0' }, ['listLength: expected a whole number such as 5, at least 1, found "0"']],
    [{ databaseIndex: '-1' }, ['databaseIndex: expected a whole number such as 5, at least 0, found "-1"']],
  ])('refuses %j', (change, expected) => {
    const metadata = JSON.parse(JSON.stringify({ ...good, ...change }));
    expect(problems('redis', { metadata })).toEqual(expected);
  });

  it.each(['[::1]:6379', 'a:1,b:2', 'größe.example:6379'])('takes the address %s', (address) => {
    expect(problems('redis', { metadata: { ...good, address } })).toEqual([]);
  });

  it('pairs hosts with ports', () => {
    const metadata = { listName: 'jobs', hosts: 'a,::1', ports: '1,2' };
    expect(polled('redis-cluster', { metadata }).sourceId).toMatch(/^redis-cluster:a:1,::1:2\/0#/);
  });

  it('does not take both ways to switch TLS on, even if they agree', () => {
    expect(problems('redis', { metadata: { ...good, enableTLS: 'true' }, auth: { tls: 'enable' } })).toEqual([
      'enableTLS: expected either metadata.enableTLS or the authentication parameter tls, found both',
    ]);
  });

  it('reads certificates only when TLS is on, and refuses what is none without showing it', () => {
    const auth = { ca: 'hunter2', key: 'hunter3' };
    expect(problems('redis', { metadata: { ...good, enableTLS: 'true' }, auth })).toEqual([
      'ca: expected a certificate in PEM form (-----BEGIN CERTIFICATE-----)',
      'key: expected a private key in PEM form, with its password in keyPassword when it is encrypted',
    ]);
    expect(warningsOf('redis', { metadata: good, auth })).toEqual([
      'ca: has no effect: TLS is off (enableTLS)',
      'key: has no effect: TLS is off (enableTLS)',
    ]);
  });

  it('needs the name of the master with sentinels only', () => {
    expect(problems('redis-sentinel', { metadata: good })).toEqual([
      'sentinelMaster: is required: the name under which the sentinels know the master',
    ]);
    expect(warningsOf('redis', { metadata: { ...good, sentinelMaster: 'm' } })).toEqual([
      'sentinelMaster: has no effect: it is for the type redis-sentinel',
    ]);
  });

  it('shares a source between equal servers and identities only', () => {
    const id = (change: object, auth: Record<string, string> = { password: 'p' }) =>
      polled('redis', { metadata: { ...good, ...change }, auth }).sourceId;
    expect(id({ listName: 'other' })).toBe(id({}));
    expect(id({ address: 'cache:6379,unused:1' })).toBe(id({}));
    expect(
      new Set([
        id({}),
        id({ databaseIndex: '1' }),
        id({ address: 'cache:1' }),
        id({}, { password: 'q' }),
        id({ enableTLS: 'true' }),
      ]).size,
    ).toBe(5);
    expect(id({}, { password: 'hunter2' })).not.toContain('hunter2');
  });
});
