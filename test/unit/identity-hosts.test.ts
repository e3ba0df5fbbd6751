import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readConfig } from '../../src/config.ts';
import { checkIdentityHost, hostPattern, isIdentityHost, setIdentityHosts } from '../../src/identity-hosts.ts';

const DOMAIN = 'servicebus.windows.net';

describe('a host that may see an identity', () => {
  it.each([
    ['*', 'anything.at.all'],
    ['*', 'what is no host'],
    [`*.${DOMAIN}`, `shop.${DOMAIN}`],
    [`*.${DOMAIN}`, `a.b.${DOMAIN}`],
    [`*.${DOMAIN}`, `SHOP.ServiceBus.Windows.NET`],
    [`*.${DOMAIN}`, `shop.${DOMAIN}.`],
    [`*.${DOMAIN}.`, `shop.${DOMAIN}`],
    [`*.ServiceBus.windows.NET`, `shop.${DOMAIN}`],
    ['rabbit.shop.svc', 'rabbit.shop.svc'],
    ['localhost', 'LOCALHOST'],
    ['*.bücher.example', 'api.xn--bcher-kva.example'],
    ['*.xn--bcher-kva.example', 'api.BÜCHER.example'],
    ['10.0.0.1', '10.0.0.1'],
    ['10.0.0.1', '0xa000001'],
    ['::1', '[::1]'],
    ['[0:0::1]', '::1'],
    ['my_host.example', 'my_host.example'],
  ])('of %j: %j', (pattern, host) => {
    const read = hostPattern(pattern);
    expect(isIdentityHost([read ?? ''], host)).toBe(true);
  });

  it.each([
    [`*.${DOMAIN}`, DOMAIN],
    [`*.${DOMAIN}`, `evil-${DOMAIN}`],
    [`*.${DOMAIN}`, `evil${DOMAIN}`],
    [`*.${DOMAIN}`, `${DOMAIN}.evil.example`],
    [`*.${DOMAIN}`, `.${DOMAIN}`],
    [`*.${DOMAIN}`, `shop.${DOMAIN}@evil.example`],
    [`*.${DOMAIN}`, `evil.example/.${DOMAIN}`],
    [`*.${DOMAIN}`, `evil.example#.${DOMAIN}`],
    [`*.${DOMAIN}`, `evil.example?.${DOMAIN}`],
    [`*.${DOMAIN}`, `evil.example\\.${DOMAIN}`],
    [`*.${DOMAIN}`, `evil.example%2f.${DOMAIN}`],
    [`*.${DOMAIN}`, `evil.example\n.${DOMAIN}`],
    [`*.${DOMAIN}`, `shop.${DOMAIN}:443`],
    [`*.${DOMAIN}`, `shop.servicebusXwindows.net`],
    // Cyrillic letters that look like Latin ones.
    [`*.${DOMAIN}`, 'shop.sеrvicebus.windows.net'],
    [DOMAIN, `shop.${DOMAIN}`],
    ['10.0.0.1', '10.0.0.10'],
    ['10.0.0.1', '::ffff:10.0.0.1'],
    ['::1', '[::1]:443'],
    ['localhost', '127.0.0.1'],
    ['localhost', ''],
  ])('is not of %j: %j', (pattern, host) => {
    const read = hostPattern(pattern);
    expect(read).toBeDefined();
    expect(isIdentityHost([read ?? ''], host)).toBe(false);
  });

  it('of a domain ends in it after a dot, whatever is written', () => {
    const host = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.constantFrom('', 'a', 'a@b', 'a:b@c', '[::1]', 'a:8', 'x.evil.example'),
    );
    const ending = fc.constantFrom('', `.${DOMAIN}`, DOMAIN, `-${DOMAIN}`, `@${DOMAIN}`, `/.${DOMAIN}`, `.${DOMAIN}.x`);
    fc.assert(
      fc.property(host, ending, (beginning, end) => {
        const text = beginning + end;
        if (!isIdentityHost([`*.${DOMAIN}`], text)) return;
        // What a request would be sent to.
        expect(new URL(`https://${text}/`).hostname.replace(/\.$/, '')).toMatch(/.\.servicebus\.windows\.net$/);
      }),
    );
  });

  it('is one of its own domain, and of no other', () => {
    fc.assert(
      fc.property(fc.domain(), fc.domain(), (domain, other) => {
        expect(isIdentityHost([`*.${domain}`], `a.${domain}`)).toBe(true);
        expect(isIdentityHost([`*.${domain}`], other)).toBe(other.endsWith(`.${domain}`));
      }),
    );
  });
});

describe('--identity-hosts', () => {
  const read = (identityHosts: string) => readConfig({ identityHosts }, {}).identityHosts;

  it('is every host where nothing is set, as in KEDA', () => {
    expect(readConfig({}, {}).identityHosts).toEqual(['*']);
  });

  it('is a list, kept in the form in which hosts are compared', () => {
    expect(read(`*.ServiceBus.Windows.net, rabbit.shop.svc.,::1`)).toEqual([`*.${DOMAIN}`, 'rabbit.shop.svc', '[::1]']);
  });

  it.each([
    'https://a.example',
    'a.example:443',
    'a.*.example',
    '*a.example',
    '**.example',
    '*.',
    '*.10.0.0.1',
    '*.[::1]',
    'a b.example',
    'me@a.example',
    'a.example/x',
    '[::1]:443',
  ])('refuses %j', (name) => {
    expect(() => read(`good.example,${name}`)).toThrow(
      `--identity-hosts: expected hosts without scheme and port, such as *.servicebus.windows.net,rabbit.shop.svc, or * for every host, but "${name}" is none`,
    );
  });

  it.each(['', ',', '""'])('refuses a list that names nobody: %j', (names) => {
    expect(() => read(names)).toThrow('--identity-hosts: expected hosts without scheme and port');
  });
});

describe('what stands for Sluice itself', () => {
  afterEach(() => setIdentityHosts(['*']));

  it('is shown to the hosts in the option, and the refusal names host, field and option', () => {
    setIdentityHosts([`*.${DOMAIN}`]);
    expect(() => checkIdentityHost('bus', { host: `shop.${DOMAIN}`, field: 'namespace' })).not.toThrow();
    expect(() => checkIdentityHost('bus', { host: 'evil.example', field: 'endpointSuffix' })).toThrow(
      'bus: endpointSuffix leads to "evil.example", and Sluice shows its own identity to the hosts in --identity-hosts only; use one of those, or credentials of your own',
    );
  });
});
