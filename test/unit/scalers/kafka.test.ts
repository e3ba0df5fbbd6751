import { describe, expect, it } from '@jest/globals';
import { polled, problems, warningsOf } from '../../support/written-trigger.ts';

const good = { bootstrapServers: 'kafka:9092', consumerGroup: 'billing', topic: 'orders' };
const { topic: _, ...noTopic } = good;
const user = { username: 'sluice', password: 'hunter2' };
const aws = { awsAccessKeyID: 'AKIA', awsSecretAccessKey: 'shhh' };

describe.each(['kafka', 'apache-kafka'])('%s', (type) => {
  const metricOf = (metadata: Record<string, string>) => polled(type, { metadata }).metric;

  it('has ten messages a replica and is active above none, by default', () => {
    expect(metricOf(good)).toEqual({ name: 'kafka-orders', target: 10, type: 'AverageValue', activation: 0 });
  });

  it('is named after its topic, or after its group where it has none', () => {
    expect(metricOf({ ...good, topic: 'a.b', lagThreshold: '7', activationLagThreshold: '3' })).toEqual({
      name: 'kafka-a-b',
      target: 7,
      type: 'AverageValue',
      activation: 3,
    });
    expect(metricOf(noTopic).name).toBe('kafka-billing-topics');
  });

  it('takes brokers, group and topic from the environment as well', () => {
    const metadata = { bootstrapServersFromEnv: 'B', consumerGroupFromEnv: 'G', topicFromEnv: 'T' };
    const trigger = polled(type, { metadata, env: { B: 'b:2,a:1', G: 'g', T: 'from-env' } });
    expect(trigger.metric.name).toBe('kafka-from-env');
    expect(trigger.sourceId).toMatch(/^kafka:a:1,b:2#/);
  });

  it.each<[Record<string, string>, string[]]>([
    [
      {},
      [
        "bootstrapServers: is required: set metadata.bootstrapServers, or name a variable of the target's container in metadata.bootstrapServersFromEnv",
        "consumerGroup: is required: set metadata.consumerGroup, or name a variable of the target's container in metadata.consumerGroupFromEnv",
      ],
    ],
    [
      { ...good, bootstrapServers: 'kafka:0' },
      ['bootstrapServers: expected host:port with a port from 1 to 65535, found "kafka:0"'],
    ],
    [
      { ...good, bootstrapServers: 'a:1,PLAINTEXT://b:2' },
      ['bootstrapServers: expected host:port with a port from 1 to 65535, found "PLAINTEXT://b:2"'],
    ],
    [
      { ...good, topic: 'größe/a b' },
      ['topic: expected at most 249 letters of ASCII, digits, dots, underscores and hyphens'],
    ],
    [
      { ...good, topic: 'x'.repeat(260) },
      ['topic: expected at most 249 letters of ASCII, digits, dots, underscores and hyphens'],
    ],
    [{ ...good, lagThreshold: '0' }, ['lagThreshold: expected a whole number such as 5, at least 1, found "0"']],
    [
      { ...good, activationLagThreshold: '-1' },
      ['activationLagThreshold: expected a whole number such as 5, at least 0, found "-1"'],
    ],
    [
      { ...good, partitionLimitation: '1,x' },
      ['partitionLimitation: expected whole numbers or ranges separated by commas, such as 1,3-5, found "1,x"'],
    ],
    [{ ...good, offsetResetPolicy: 'none' }, ['offsetResetPolicy: expected one of latest, earliest, found "none"']],
    [
      { ...good, allowIdleConsumers: 'true', limitToPartitionsWithLag: 'true' },
      ['allowIdleConsumers: expected either allowIdleConsumers or limitToPartitionsWithLag, found both'],
    ],
    [{ ...noTopic, limitToPartitionsWithLag: 'true' }, ['topic: is required with limitToPartitionsWithLag']],
    [{ ...good, tls: 'on' }, ['tls: expected one of enable, disable, found "on"']],
    [
      { ...good, sasl: 'gssapi' },
      ['sasl: gssapi (Kerberos) is not supported; use plaintext, scram_sha256 or scram_sha512, with tls: enable'],
    ],
    [
      { ...good, sasl: 'scram_sha512' },
      ['username: is required with sasl scram_sha512', 'password: is required with sasl scram_sha512'],
    ],
  ])('refuses %j', (metadata, expected) => expect(problems(type, { metadata })).toEqual(expected));

  it('refuses half a client certificate', () => {
    const metadata = { ...good, tls: 'enable' };
    expect(problems(type, { metadata, auth: { cert: 'c' } })).toContain(
      'key: is required: cert and key belong together',
    );
    expect(problems(type, { metadata, auth: { key: 'k' } })).toContain(
      'cert: is required: cert and key belong together',
    );
  });

  it.each<[Record<string, string>, Record<string, string>, string[]]>([
    [{ ...noTopic, partitionLimitation: '1' }, {}, ['partitionLimitation: has no effect without topic']],
    [
      { ...good, scaleToZeroOnInvalidOffset: 'true', offsetResetPolicy: 'earliest' },
      {},
      ['offsetResetPolicy: has no effect: scaleToZeroOnInvalidOffset comes first'],
    ],
    [good, user, ['username: has no effect without sasl', 'password: has no effect without sasl']],
    [good, { ca: 'x' }, ['ca: has no effect without tls: enable']],
    [{ ...good, lagTreshold: '5' }, {}, ['lagTreshold: is unknown; did you mean lagThreshold?']],
  ])('warns of %j', (metadata, auth, expected) => expect(warningsOf(type, { metadata, auth })).toEqual(expected));

  it('is at one source for the same brokers in any order, and at another for another user, token or certificate', () => {
    const id = (change: Record<string, string>, auth: Record<string, string> = {}) =>
      polled(type, { metadata: { ...good, ...change }, auth }).sourceId;
    const plain = { sasl: 'plaintext' };
    expect(id({ bootstrapServers: 'a:1,b:2' })).toBe(id({ bootstrapServers: 'b:2,a:1', topic: 'bills' }));
    const ids = [
      id({}),
      id({ tls: 'enable' }),
      id(plain, user),
      id({ sasl: 'scram_sha256' }, user),
      id({ ...plain, tls: 'enable' }, user),
      id(plain, { ...user, password: 'rotated' }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.join()).not.toContain('hunter2');
  });
});

describe('kafka', () => {
  it.each<[Record<string, string>, Record<string, string>, string[]]>([
    [
      { ...good, limitToPartitionsWithLag: 'true', ensureEvenDistributionOfPartitions: 'true' },
      {},
      [
        'limitToPartitionsWithLag: expected either limitToPartitionsWithLag or ensureEvenDistributionOfPartitions, found both',
      ],
    ],
    [
      { ...noTopic, ensureEvenDistributionOfPartitions: 'true' },
      {},
      ['topic: is required with ensureEvenDistributionOfPartitions'],
    ],
    [{ ...noTopic, fullMetadata: 'false' }, {}, ['topic: is required with fullMetadata: false']],
    [{ ...good, version: '2.8' }, {}, ['version: expected a version such as 2.8.0, found "2.8"']],
    [
      { ...good, topic: 'a,b' },
      {},
      ['topic: expected at most 249 letters of ASCII, digits, dots, underscores and hyphens'],
    ],
    [{ ...good, sasl: 'oauthbearer' }, user, ['oauthTokenEndpointUri: is required with sasl oauthbearer']],
    [
      { ...good, sasl: 'oauthbearer' },
      { ...user, oauthTokenEndpointUri: 'tokens', oauthExtensions: 'auth=x' },
      [
        'oauthTokenEndpointUri: expected an http or https URI',
        'oauthExtensions: expected names of letters alone, not auth, and values of printable ASCII',
      ],
    ],
    [
      { ...good, sasl: 'oauthbearer', saslTokenProvider: 'aws_msk_iam' },
      {},
      [
        'tls: expected enable: AWS IAM works over TLS alone',
        'awsRegion: is required for the IAM of AWS',
        'awsRoleArn: is required: give awsRoleArn, or awsAccessKeyID and awsSecretAccessKey, in the authenticationRef, or set metadata.identityOwner to operator',
      ],
    ],
  ])('refuses %j with %j', (metadata, auth, expected) => {
    expect(problems('kafka', { metadata, auth })).toEqual(expected);
  });

  it.each(['2.8.0', '1.0.0', '0.10.2.1', '4.1.0'])('takes version %s', (version) => {
    expect(problems('kafka', { metadata: { ...good, version } })).toEqual([]);
  });

  it('takes tokens of an OAuth2 server, with extensions', () => {
    const auth = { ...user, oauthTokenEndpointUri: 'https://id/token', scopes: 'a,b', oauthExtensions: 'tenant=t,x=y' };
    const metadata = { ...good, sasl: 'oauthbearer' };
    expect(problems('kafka', { metadata, auth })).toEqual([]);
    const other = polled('kafka', { metadata, auth: { ...auth, oauthExtensions: 'tenant=u' } });
    expect(other.sourceId).not.toBe(polled('kafka', { metadata, auth }).sourceId);
  });

  it('shares its source with apache-kafka', () => {
    const of = (type: string) => polled(type, { metadata: { ...good, sasl: 'plaintext' }, auth: user }).sourceId;
    expect(of('kafka')).toBe(of('apache-kafka'));
  });
});

describe('apache-kafka', () => {
  it('knows the usual port', () => {
    const of = (bootstrapServers: string) =>
      polled('apache-kafka', { metadata: { ...good, bootstrapServers } }).sourceId;
    expect(of('a, b:9093')).toBe(of('a:9092,b:9093'));
  });

  it('takes several topics', () => {
    expect(polled('apache-kafka', { metadata: { ...good, topic: 'orders, bills' } }).metric.name).toBe(
      'kafka-orders,bills',
    );
  });

  it.each([
    [{ ensureEvenDistributionOfPartitions: 'true', limitToPartitionsWithLag: 'true' }],
    [{ sasl: 'aws_msk_iam', awsRegion: 'eu-west-1', tls: 'enable' }],
  ])('takes %j', (change) => {
    expect(problems('apache-kafka', { metadata: { ...good, ...change }, auth: aws })).toEqual([]);
  });

  it('knows no token of an OAuth2 server', () => {
    expect(problems('apache-kafka', { metadata: { ...good, sasl: 'oauthbearer' } })).toEqual([
      'sasl: expected one of none, plaintext, scram_sha256, scram_sha512, gssapi, aws_msk_iam, found "oauthbearer"',
    ]);
  });

  it.each<[string, Record<string, string>, Record<string, string>, string | undefined]>([
    ['keys', {}, aws, undefined],
    [
      'a key of the metadata with the secret of the environment',
      { awsAccessKeyID: 'A', awsSecretAccessKeyFromEnv: 'S' },
      {},
      undefined,
    ],
    ['a role', {}, { awsRoleArn: 'arn:aws:iam::1:role/r' }, undefined],
    ["the operator's own identity", { identityOwner: 'operator' }, {}, undefined],
    [
      'a key alone',
      { awsAccessKeyID: 'A' },
      {},
      'awsSecretAccessKey: is required: awsAccessKeyID and awsSecretAccessKey belong together',
    ],
    ['a stranger', { identityOwner: 'me' }, {}, 'identityOwner: expected pod or operator, found "me"'],
  ])('is at AWS with %s', (_name, change, auth, expected) => {
    const metadata = { ...good, sasl: 'aws_msk_iam', awsRegion: 'eu-west-1', tls: 'enable', ...change };
    const found = problems('apache-kafka', { metadata, auth, env: { S: 'shhh' } });
    expect(found).toEqual(expected === undefined ? [] : [expected]);
  });
});
