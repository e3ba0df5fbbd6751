// A Redis as the queue libraries' own settings name it: a URL, or several of them for sentinels.
import { parseAddress } from './addresses.ts';

export interface RedisUrl {
  readonly kind: 'server' | 'sentinel';
  /** Each as host:port. */
  readonly addresses: readonly string[];
  readonly secure: boolean;
  /** The URL says that no certificate is checked. */
  readonly unsafeSsl: boolean;
  /** Undefined when the URL names none. */
  readonly database: number | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

const PORTS = { 'redis:': '6379', 'rediss:': '6379', 'sentinel:': '26379' } as const;
const UNCHECKED = new Set(['none', 'CERT_NONE', 'optional', 'CERT_OPTIONAL']);

/**
 * `redis://user:password@host:6379/0`, `rediss://…`, or sentinels with semicolons in between, as Celery's documentation has them.
 * `%` escapes in credentials are undone; a port that is not there is the usual one. Undefined for anything else.
 */
export function parseRedisUrl(text: string): RedisUrl | undefined {
  const [first, ...others] = text.split(';').map((part) => parseOne(part.trim()));
  if (!first || others.some((other) => other?.scheme !== 'sentinel:')) return undefined;
  if (others.length > 0 && first.scheme !== 'sentinel:') return undefined;
  const all = [first, ...others.flatMap((other) => other ?? [])];
  return {
    kind: first.scheme === 'sentinel:' ? 'sentinel' : 'server',
    addresses: all.map(({ address }) => address),
    secure: first.scheme === 'rediss:',
    unsafeSsl: first.unsafeSsl,
    database: all.find(({ database }) => database !== undefined)?.database,
    username: first.username,
    password: first.password,
  };
}

function parseOne(text: string) {
  const url = URL.parse(text);
  const scheme = schemeOf(url?.protocol);
  if (!url || !scheme) return undefined;
  const address = `${url.hostname}:${url.port || PORTS[scheme]}`;
  const database = /^\/?(\d{0,9})\/?$/.exec(url.pathname)?.[1];
  const [username, password] = [decode(url.username), decode(url.password)];
  if (!parseAddress(address) || [database, username, password].includes(undefined)) return undefined;
  return {
    scheme,
    address,
    unsafeSsl: UNCHECKED.has(url.searchParams.get('ssl_cert_reqs') ?? ''),
    database: database ? Number(database) : undefined,
    username: username || undefined,
    password: password || undefined,
  };
}

function schemeOf(protocol: string | undefined): keyof typeof PORTS | undefined {
  return protocol === 'redis:' || protocol === 'rediss:' || protocol === 'sentinel:' ? protocol : undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
