// What counts as a credential that everybody can read.
import { expect, it } from '@jest/globals';
import { judgePlainSecrets } from '../../../../src/cli/validate/plain-secrets.ts';

it.each([
  ['password', 'geheim'],
  ['queryKey', 'geheim'],
  ['personalAccessToken', 'geheim'],
  ['host', 'amqp://user:geheim@broker:5672/'],
  ['connection', 'Endpoint=sb://a/;SharedAccessKeyName=b;SharedAccessKey=geheim'],
  ['connection', 'host=h password=x;Password=geheim'],
])('names %s with %s and does not repeat the value', (key, text) => {
  const found = judgePlainSecrets(0, { [key]: text });
  expect(found).toMatchObject([
    { path: `spec.triggers[0].metadata.${key}`, code: 'PLAIN_SECRET', severity: 'warning' },
  ]);
  expect(JSON.stringify(found)).not.toContain('geheim');
});

it.each([
  ['passwordFromEnv', 'PASSWORD'],
  ['password', ''],
  ['password', '${PASSWORD}'],
  ['oauthTokenURI', 'https://issuer/token'],
  ['saslTokenProvider', 'bearer'],
  ['host', 'amqp://user@broker:5672/'],
  ['host', 'amqp://broker:5672/a:b@c'],
  ['query', 'sum(tokens_total)'],
])('says nothing of %s with %s', (key, text) => expect(judgePlainSecrets(0, { [key]: text })).toEqual([]));
