import { describe, expect, it } from '@jest/globals';
import { parseHost } from '../../../../src/scalers/rabbitmq/host.ts';

describe('parseHost', () => {
  it.each([
    [
      'amqp://u:p@mq:5672/shop',
      { protocol: 'amqp', secure: false, hostname: 'mq', port: 5672, vhost: 'shop', username: 'u', password: 'p' },
    ],
    ['amqp://mq', { port: 5672, vhost: '/', username: undefined, password: undefined }],
    ['amqp://mq/', { vhost: '/' }],
    ['amqps://mq/%2F', { secure: true, port: 5671, vhost: '/' }],
    ['amqp://mq/a/b', { vhost: 'a/b' }],
    ['http://u:p%40ss@mq:15672', { protocol: 'http', port: 15672, basePath: '', vhost: '/', password: 'p@ss' }],
    ['http://mq:15672/', { basePath: '', vhost: '/' }],
    ['http://mq:15672/shop', { basePath: '', vhost: 'shop' }],
    ['https://mq/rabbit/shop', { port: 443, basePath: '/rabbit', vhost: 'shop' }],
    ['https://mq/rabbit/', { basePath: '/rabbit', vhost: '/' }],
    ['http://mq:15672//', { basePath: '', vhost: '/' }],
    ['https://mq//rabbit//', { basePath: '/rabbit', vhost: '/' }],
    ['https://mq/rabbit/team%2Fa', { basePath: '/rabbit', vhost: 'team/a' }],
    ['amqp://[::1]:5672/', { hostname: '[::1]' }],
  ])('reads %s', (text, expected) => expect(parseHost(text)).toMatchObject(expected));

  it.each(['mq:5672', 'ftp://mq/', 'amqp://', 'http://u:%zz@mq/', ''])('does not read %j', (text) => {
    expect(parseHost(text)).toBeUndefined();
  });
});
