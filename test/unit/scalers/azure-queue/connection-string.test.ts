import { describe, expect, it } from '@jest/globals';
import { parseStorageConnection } from '../../../../src/scalers/azure-queue/connection-string.ts';

describe('parseStorageConnection', () => {
  const right = 'AccountName=shop;AccountKey=aHVudGVyMg==';
  const key = { account: 'shop', key: Buffer.from('hunter2') };
  it.each([
    [right, 'https://shop.queue.core.windows.net'],
    [
      `DefaultEndpointsProtocol=http;${right};EndpointSuffix=core.chinacloudapi.cn`,
      'http://shop.queue.core.chinacloudapi.cn',
    ],
    [
      `${right};QueueEndpoint=http://127.0.0.1:10001/shop/;BlobEndpoint=http://127.0.0.1:10000/shop;`,
      'http://127.0.0.1:10001/shop',
    ],
    [' accountname = shop ; ACCOUNTKEY = aHVudGVyMg== ;', 'https://shop.queue.core.windows.net'],
    [`${right.replace('==', '')};SharedAccessSignature=sv=1`, 'https://shop.queue.core.windows.net'],
  ])('reads %s', (text, endpoint) => expect(parseStorageConnection(text)).toEqual({ endpoint, right: key }));

  it.each([
    [
      'QueueEndpoint=https://shop.queue.core.windows.net/?x=y;SharedAccessSignature=?sv=1&sig=a%3D',
      'https://shop.queue.core.windows.net',
    ],
    ['AccountName=shop;SharedAccessSignature=sv=1&sig=a%3D', 'https://shop.queue.core.windows.net'],
  ])('reads %s', (text, endpoint) =>
    expect(parseStorageConnection(text)).toEqual({ endpoint, right: { signature: 'sv=1&sig=a%3D' } }),
  );

  it.each([
    '',
    'AccountName=shop',
    'AccountKey=aHVudGVyMg==',
    'SharedAccessSignature=sv=1',
    'AccountName=shop;AccountKey=a',
    'AccountName=shop;AccountKey=hunter-2',
    `${right};QueueEndpoint=shop.queue.core.windows.net`,
    `${right};QueueEndpoint=file:///etc/passwd`,
    `${right};DefaultEndpointsProtocol=ftp`,
    'AccountName=a b;AccountKey=aHVudGVyMg==',
  ])('does not read %j', (text) => expect(parseStorageConnection(text)).toBeUndefined());
});
