// Where the servers of a Redis trigger are: KEDA's `address`, and its `host` and `port` pairs.
import type { Review } from '../define.ts';

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface AddressParameters {
  readonly address?: readonly string[] | undefined;
  readonly host?: readonly string[] | undefined;
  readonly port?: readonly string[] | undefined;
}

/** All of `address`, then each `host` with the `port` at its position. Throws nothing: what is empty or can't be read is left out. */
export function addressesOf({ address = [], host = [], port = [] }: AddressParameters): readonly Address[] {
  const pairs = port.length === 0 ? [] : host.map((name, i) => `${name.includes(':') ? `[${name}]` : name}:${port[i]}`);
  return [...address, ...pairs].flatMap((text) => parseAddress(text) ?? []);
}

/** Undefined when the text is not host:port. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}

export function reviewAddresses(parameters: AddressParameters, review: Review): void {
  const { address = [], host = [], port = [] } = parameters;
  if (host.length > 0 && port.length > 0 && host.length !== port.length) {
    review.refuse('host', `expected as many hosts as ports, found ${host.length} and ${port.length}`);
    return;
  }
  const pairs = port.length === 0 ? [] : host;
  if ((address[0] ?? pairs[0] ?? '') === '') {
    review.refuse('address', 'is required: give host:port in address, or host and port');
  } else if (addressesOf(parameters).length !== [...address, ...pairs].filter(Boolean).length) {
    review.refuse(address.length > 0 ? 'address' : 'host', 'expected host:port with a port from 1 to 65535');
  }
}
