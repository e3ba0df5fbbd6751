import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { createHttpClient } from '../../../src/scalers/http.ts';
import { isLinkLocal, lookupElsewhere } from '../../../src/scalers/link-local.ts';

describe('an address where a cloud gives its machines’ credentials', () => {
  it.each([
    '169.254.169.254',
    '169.254.170.2',
    '169.254.170.23',
    '[fe80::1]',
    'fe80::1%eth0',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::a9fe:a9fe]',
    '[fd00:ec2::254]',
    '168.63.129.16',
  ])('is %s', (address) => {
    expect(isLinkLocal(address)).toBe(true);
  });

  it.each(['127.0.0.1', '10.0.0.1', '169.253.255.255', '169.255.0.0', '[::1]', '[fd00::1]', 'metadata', '', '1.2.3'])(
    'is not %s',
    (address) => {
      expect(isLinkLocal(address)).toBe(false);
    },
  );

  // As a URL has them, however they were written.
  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://2852039166/',
    'http://0xA9FEA9FE/',
    'http://0251.0376.0251.0376/',
    'http://169.254.43518/',
    'http://[::ffff:169.254.169.254]/',
    'http://１６９.254.169.254/',
  ])('is asked nothing: %s', async (url) => {
    const http = createHttpClient({ silenceMs: 1_000 });
    await expect(http.request(new URL(url), 'api', {}, new AbortController().signal)).rejects.toMatchObject({
      code: 'SOURCE_UNAVAILABLE',
      message:
        'api: the host has a link-local address, as the metadata of machines has, and Sluice asks nobody there (ELINKLOCAL)',
    });
    await http.close();
  });

  it('is found behind a name when it is connected to', async () => {
    // The resolver gives an address as it is.
    const lookup = promisify(lookupElsewhere);
    await expect(lookup('169.254.169.254', {})).rejects.toMatchObject({ code: 'ELINKLOCAL' });
    await expect(lookup('169.254.169.254', { all: true })).rejects.toMatchObject({ code: 'ELINKLOCAL' });
    expect(await lookup('127.0.0.1', { all: true })).toEqual([{ address: '127.0.0.1', family: 4 }]);
    expect(await lookup('127.0.0.1', {})).toBe('127.0.0.1');
  });
});
