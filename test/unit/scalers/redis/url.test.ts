import { describe, expect, it } from '@jest/globals';
import { parseRedisUrl } from '../../../../src/scalers/redis/url.ts';

const plain = { kind: 'server', secure: false, unsafeSsl: false, database: undefined };
const nobody = { username: undefined, password: undefined };

describe('parseRedisUrl', () => {
  it.each([
    ['redis://cache', { ...plain, ...nobody, addresses: ['cache:6379'] }],
    ['redis://cache:7000/', { ...plain, ...nobody, addresses: ['cache:7000'] }],
    [
      'redis://:p%40ss@cache:6379/3',
      { ...plain, addresses: ['cache:6379'], database: 3, username: undefined, password: 'p@ss' },
    ],
    [
      'redis://app:s@[::1]:6379/0',
      { ...plain, addresses: ['[::1]:6379'], database: 0, username: 'app', password: 's' },
    ],
    ['rediss://cache:6380', { ...plain, ...nobody, addresses: ['cache:6380'], secure: true }],
    [
      'rediss://cache/1?ssl_cert_reqs=CERT_NONE',
      { ...plain, ...nobody, addresses: ['cache:6379'], database: 1, secure: true, unsafeSsl: true },
    ],
    ['rediss://cache?ssl_cert_reqs=required', { ...plain, ...nobody, addresses: ['cache:6379'], secure: true }],
    [
      'sentinel://:p@a:26379/2; sentinel://b',
      {
        ...plain,
        kind: 'sentinel',
        addresses: ['a:26379', 'b:26379'],
        database: 2,
        username: undefined,
        password: 'p',
      },
    ],
    [
      'sentinel://a;sentinel://b:1/4',
      { ...plain, ...nobody, kind: 'sentinel', addresses: ['a:26379', 'b:1'], database: 4 },
    ],
  ])('reads %s', (text, expected) => {
    expect(parseRedisUrl(text)).toEqual(expected);
  });

  it.each([
    '',
    'cache:6379',
    'http://cache',
    'redis://',
    'redis://cache:70000',
    'redis://cache/zero',
    'redis://cache/1/2',
    'redis://a;redis://b',
    'redis://a;sentinel://b',
    'sentinel://a;redis://b',
    'redis+socket:///var/run/redis.sock',
    'redis://us%E0%A4%A@cache',
  ])('does not take %j for one', (text) => {
    expect(parseRedisUrl(text)).toBeUndefined();
  });
});
