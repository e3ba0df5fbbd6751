// Addresses that a cloud gives its machines' own credentials at. A trigger may name any host, but nobody asks there on its behalf.
import { type LookupAddress, lookup as lookUp } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const CODE = 'ELINKLOCAL';

const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16);
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');
// The same behind NAT64.
LINK_LOCAL.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6');
// No link-local ones, but used as such: by AWS, and by Azure.
LINK_LOCAL.addAddress('fd00:ec2::254', 'ipv6');
LINK_LOCAL.addAddress('168.63.129.16');

/** `address` as a URL or the resolver has it. */
export function isLinkLocal(address: string): boolean {
  const bare = address.replace(/^\[(.*)\]$/, '$1').replace(/%.*$/, '');
  const version = isIP(bare);
  return version !== 0 && LINK_LOCAL.check(bare, version === 6 ? 'ipv6' : 'ipv4');
}

/** Throws an error with the code ELINKLOCAL for a host that is such an address itself. */
export function refuseLinkLocal(host: string): void {
  if (isLinkLocal(host)) throw refusal();
}

/** Resolves as sockets do by themselves, and fails for a name with such an address: what a name means is known only now. */
export const lookupElsewhere: LookupFunction = (hostname, options, done) => {
  lookUp(hostname, options, (error, found: string | LookupAddress[], family) => {
    const addresses = typeof found === 'string' ? [found] : (found ?? []).map(({ address }) => address);
    if (!error && addresses.some(isLinkLocal)) done(refusal(), '');
    else done(error, found, family);
  });
};

function refusal(): NodeJS.ErrnoException {
  return Object.assign(new Error('the address is link-local'), { code: CODE });
}
