// What a user may write in a RabbitMQ trigger, and the rules between the parameters.
import { z } from 'zod';
import type { Review } from '../define.ts';
import { decimal, duration, field, flag, integer, list, oneOf, query, secret, text } from '../fields.ts';
import { reviewTls } from '../tls.ts';
import { parseHost, type Protocol } from './host.ts';
import { isOperation, type Mode, MODES, OPERATIONS } from './mode.ts';

const auth = { from: ['auth'] } as const;
const LONGEST_NAME_BYTES = 255;

export const RabbitMq = z.object({
  queueName: field(text(), 'Name of the queue, or a pattern of names with useRegex.'),
  mode: field(oneOf(...MODES, 'Unknown').prefault('Unknown'), 'What is measured; all but QueueLength need http.'),
  value: field(decimal().optional(), 'What one replica is meant to handle, in the unit of the mode; needs mode.'),
  activationValue: field(decimal().prefault('0'), 'The workload is active above this value.'),
  queueLength: field(decimal().optional(), 'Older form of mode QueueLength with this value; 20 when nothing is given.'),
  host: field(
    secret(),
    'URI of the broker (amqp, amqps) or its management API (http, https), which ends in the virtual host.',
    {
      from: ['metadata', 'auth', 'env'],
    },
  ),
  protocol: field(
    oneOf('auto', 'amqp', 'http').prefault('auto'),
    'How the broker is asked; auto goes by the scheme of host.',
    {
      from: ['metadata', 'auth'],
    },
  ),
  vhostName: field(text().optional(), 'Virtual host, instead of the one in host.', { from: ['metadata', 'auth'] }),
  useRegex: field(flag().prefault('false'), 'Whether queueName is a pattern (evaluated by the broker); needs http.'),
  operation: field(
    text().prefault('sum'),
    `What to make of several matches, one of ${OPERATIONS.join(', ')}; with useRegex.`,
  ),
  pageSize: field(integer({ min: 1 }).prefault('100'), 'Queues in one answer of the broker; with useRegex.'),
  excludeUnacknowledged: field(
    flag().prefault('false'),
    'Whether to count only messages that wait for a consumer; needs http.',
  ),
  timeout: field(duration().optional(), 'How long an answer may take; with http.'),
  username: field(text().optional(), 'User, instead of the one in host; needs password.', { from: ['auth', 'env'] }),
  password: field(secret().optional(), 'Password, instead of the one in host; needs username.', {
    from: ['auth', 'env'],
  }),
  tls: field(oneOf('enable', 'disable').prefault('disable'), 'Whether ca, cert and key are used.', auth),
  ca: field(text().optional(), 'CA certificate to trust besides the system’s, as PEM.', auth),
  cert: field(text().optional(), 'Client certificate, as PEM; needs key.', auth),
  key: field(secret().optional(), 'Private key of the client certificate, as PEM; needs cert.', auth),
  keyPassword: field(secret().optional(), 'Password of the private key.', auth),
  unsafeSsl: field(flag().prefault('false'), 'Whether to accept any server certificate.'),
  workloadIdentityResource: field(
    text().optional(),
    'Resource for which an Azure workload identity asks a token; needs http.',
    auth,
  ),
  oauthTokenURI: field(
    text().optional(),
    'Where OAuth2 client credentials are exchanged for a token; needs http.',
    auth,
  ),
  clientID: field(text().optional(), 'OAuth2 client.', auth),
  clientSecret: field(secret().optional(), 'Secret of the OAuth2 client.', auth),
  scopes: field(list().optional(), 'OAuth2 scopes.', { from: ['auth'], aliases: ['scope'] }),
  authModes: field(
    list().optional(),
    'Any of oauth, basic and tls: what each needs has to be there, and OAuth2 counts only where it is named; else what is given tells.',
    { from: ['metadata', 'auth'], aliases: ['authMode'] },
  ),
  endpointParams: field(query().optional(), 'Further parameters of the OAuth2 request.', auth),
});
export type RabbitMq = z.output<typeof RabbitMq>;

/** undefined when host and protocol don't tell. */
function protocolOf({ host = '', protocol }: Partial<RabbitMq>): Protocol | undefined {
  return protocol === 'amqp' || protocol === 'http' ? protocol : parseHost(host)?.protocol;
}

/** KEDA: without mode and value, queueLength counts; 20 when there is neither, or a 0. */
export function targetOf({ mode, value, queueLength }: RabbitMq): { readonly mode: Mode; readonly target: number } {
  if (mode !== 'Unknown' && value) return { mode, target: value };
  return { mode: 'QueueLength', target: queueLength || 20 };
}

export function reviewRabbitMq(config: Partial<RabbitMq>, review: Review): void {
  reviewHost(config, review);
  reviewTarget(config, review);
  reviewModes(config, review);
  reviewCredentials(config, review);
  if (protocolOf(config) === 'amqp') reviewAmqp(config, review);
  if (review.scaleOn && !['Unknown', 'QueueLength', undefined].includes(config.mode)) {
    review.refuse('mode', `expected QueueLength with scaleOn: ${review.scaleOn.measure}, found ${config.mode}`);
  }
  reviewName(config, review);
  if (config.tls === 'enable') reviewTls(config, review);
  if (config.tls === 'enable' && config.host !== undefined && parseHost(config.host)?.secure === false) {
    review.warn('tls', 'has no effect: give host with amqps or https');
  }
  for (const name of ['ca', 'cert', 'key'] as const) {
    if (config[name] !== undefined && config.tls === 'disable') review.warn(name, 'has no effect without tls: enable');
  }
  reviewPattern(config, review);
}

/** KEDA reads `operation` only where it counts. */
function reviewPattern({ useRegex, operation = '' }: Partial<RabbitMq>, { refuse, warn, given }: Review): void {
  if (useRegex && !isOperation(operation)) {
    refuse('operation', `expected one of ${OPERATIONS.join(', ')}, found ${JSON.stringify(operation)}`);
  }
  for (const name of ['operation', 'pageSize'] as const) {
    if (useRegex === false && given(name)) warn(name, 'has no effect without useRegex');
  }
}

function reviewHost({ host, protocol }: Partial<RabbitMq>, { refuse }: Review): void {
  if (host === undefined) return;
  const parsed = parseHost(host);
  if (!parsed) {
    refuse(
      'host',
      'expected a URI such as amqp://user:password@host:5672/vhost or http://user:password@host:15672/vhost',
    );
  } else if (protocol !== undefined && protocol !== 'auto' && protocol !== parsed.protocol) {
    refuse('protocol', `expected the scheme of host to be ${protocol} or ${protocol}s, or protocol auto`);
  }
}

/** AMQP: a name is a short string. */
function reviewName({ queueName = '', useRegex }: Partial<RabbitMq>, { refuse }: Review): void {
  const bytes = Buffer.byteLength(queueName);
  if (bytes > LONGEST_NAME_BYTES && useRegex === false) {
    refuse(
      'queueName',
      `expected at most ${LONGEST_NAME_BYTES} bytes, which is the longest name of a queue, found ${bytes}`,
    );
  }
}

function reviewTarget({ mode, value, queueLength }: Partial<RabbitMq>, { refuse }: Review): void {
  const hasMode = mode !== undefined && mode !== 'Unknown';
  if (queueLength && (hasMode || value))
    refuse('queueLength', 'expected either queueLength, or mode and value, found both');
  else if (value && mode === 'Unknown') refuse('mode', `is required with value: one of ${MODES.join(', ')}`);
  else if (hasMode && !value) refuse('value', 'is required with mode, and not 0');
  for (const [name, target] of Object.entries({ queueLength, value })) {
    // An HPA's target is above 0, and has three decimals.
    if (target && Math.round(target * 1_000) < 1) refuse(name, 'expected at least 0.001');
  }
}

const NEEDS = new Map([
  ['oauth', ['oauthTokenURI', 'clientID']],
  ['basic', ['username']],
  ['tls', ['cert', 'key']],
]);

/** KEDA knows the modes of its HTTP scalers here as well, these three of them. */
function reviewModes({ authModes = [] }: Partial<RabbitMq>, { refuse, given }: Review): void {
  const strange = authModes.find((mode) => !NEEDS.has(mode));
  if (strange !== undefined) {
    refuse('authModes', `expected any of ${[...NEEDS.keys()].join(', ')}, found ${JSON.stringify(strange)}`);
  }
  if (authModes.includes('oauth') && authModes.includes('basic')) {
    refuse('authModes', 'expected at most one of oauth and basic');
  }
  for (const mode of authModes) {
    for (const name of NEEDS.get(mode) ?? []) if (!given(name)) refuse(name, `is required with authModes ${mode}`);
  }
}

function reviewCredentials(config: Partial<RabbitMq>, { refuse }: Review): void {
  const { username, password, cert, key, oauthTokenURI, clientID, clientSecret } = config;
  if ((username === undefined) !== (password === undefined)) {
    refuse(username === undefined ? 'username' : 'password', 'is required: username and password belong together');
  }
  if ((cert === undefined) !== (key === undefined)) {
    refuse(cert === undefined ? 'cert' : 'key', 'is required: cert and key belong together');
  }
  const oauth = { oauthTokenURI, clientID, clientSecret };
  if (!usesOauth(config)) return;
  for (const [name, given] of Object.entries(oauth)) {
    if (given === undefined) refuse(name, 'is required: oauthTokenURI, clientID and clientSecret belong together');
  }
  if (oauthTokenURI !== undefined && !/^https?:$/.test(URL.parse(oauthTokenURI)?.protocol ?? '')) {
    refuse('oauthTokenURI', 'expected an http or https URI');
  }
  if (username !== undefined) refuse('username', 'expected none with OAuth2');
  if (config.workloadIdentityResource !== undefined) refuse('workloadIdentityResource', 'expected none with OAuth2');
}

export function usesOauth({ authModes, oauthTokenURI, clientID, clientSecret }: Partial<RabbitMq>): boolean {
  if (authModes && !authModes.includes('oauth')) return false;
  return [oauthTokenURI, clientID, clientSecret].some((part) => part !== undefined);
}

/** What only the management API can do. */
function reviewAmqp(config: Partial<RabbitMq>, { refuse, warn, given, scaleOn }: Review): void {
  const why = 'needs the management API: give host with http or https';
  if (scaleOn) refuse('host', `scaleOn: ${scaleOn.measure} ${why}`);
  if (config.workloadIdentityResource !== undefined) refuse('workloadIdentityResource', why);
  if (usesOauth(config)) refuse('oauthTokenURI', why);
  if (config.useRegex) refuse('useRegex', why);
  if (config.excludeUnacknowledged) refuse('excludeUnacknowledged', why);
  const { mode } = config;
  if (mode !== undefined && mode !== 'Unknown' && mode !== 'QueueLength') refuse('mode', `${mode} ${why}`);
  if (given('timeout')) warn('timeout', 'has no effect with amqp');
}
