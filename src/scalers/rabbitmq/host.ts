// The `host` of a RabbitMQ trigger: an AMQP or HTTP URI that names broker, virtual host and credentials at once.

export type Protocol = 'amqp' | 'http';

export interface RabbitHost {
  readonly protocol: Protocol;
  readonly secure: boolean;
  readonly hostname: string;
  readonly port: number;
  /** Of the management API, without the virtual host: empty, or `/prefix`. */
  readonly basePath: string;
  /** Decoded; `/` when none is named. */
  readonly vhost: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

const SCHEMES: Readonly<Record<string, { protocol: Protocol; secure: boolean; port: number }>> = {
  'amqp:': { protocol: 'amqp', secure: false, port: 5672 },
  'amqps:': { protocol: 'amqp', secure: true, port: 5671 },
  'http:': { protocol: 'http', secure: false, port: 80 },
  'https:': { protocol: 'http', secure: true, port: 443 },
};

/**
 * Undefined when the text is no URI of one of the four schemes. For HTTP the last segment of the path is the virtual host,
 * for AMQP the whole path is. `%` escapes in credentials and virtual host are undone.
 */
export function parseHost(text: string): RabbitHost | undefined {
  const url = URL.parse(text);
  const scheme = SCHEMES[url?.protocol ?? ''];
  if (!url || !scheme || url.hostname === '') return undefined;
  const slash = scheme.protocol === 'http' ? url.pathname.lastIndexOf('/') : 0;
  const [vhost, username, password] = [url.pathname.slice(slash + 1), url.username, url.password].map(decode);
  if (vhost === undefined || username === undefined || password === undefined) return undefined;
  return {
    protocol: scheme.protocol,
    secure: scheme.secure,
    hostname: url.hostname,
    port: url.port === '' ? scheme.port : Number(url.port),
    // KEDA: `//` at the end is the virtual host `/`, as an empty one is.
    basePath: url.pathname.slice(0, Math.max(0, slash)).replaceAll(/\/+/g, '/').replace(/\/$/, ''),
    vhost: vhost === '' ? '/' : vhost,
    username: username === '' ? undefined : username,
    password: username === '' ? undefined : password,
  };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
