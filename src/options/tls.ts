// What Sluice trusts and speaks: as a client of brokers and HTTP services, and as a server of the metrics API and the webhook.
import { z } from 'zod';
import { cipherList, TLS_VERSIONS } from '../tls-names.ts';
import { list, oneOf, option } from './option.ts';

/** Node's list; empty: Node's own. */
const ciphers = z.string().transform((v, context) => {
  const found = cipherList(v);
  if ('ciphers' in found) return found.ciphers;
  context.addIssue(
    `expected names of cipher suites such as TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, but ${found.unknown.join(', ')} is none that Go knows as secure`,
  );
  return z.NEVER;
});

export const tlsOptions = {
  caDirectories: option({
    flag: '--ca-dir',
    value: 'LIST',
    env: 'SLUICE_CA_DIR',
    default: '/custom/ca',
    schema: list,
    describe: 'Directories with certificates of authorities to trust beside the system’s, separated by commas',
  }),
  clientMinTls: option({
    flag: '--http-min-tls-version',
    value: 'VERSION',
    env: 'KEDA_HTTP_MIN_TLS_VERSION',
    default: 'TLS12',
    schema: oneOf(...TLS_VERSIONS),
    describe: 'Oldest TLS spoken with brokers and services: TLS10, TLS11, TLS12 or TLS13',
  }),
  clientCiphers: option({
    flag: '--http-tls-cipher-list',
    value: 'LIST',
    env: 'KEDA_HTTP_TLS_CIPHER_LIST',
    default: '',
    schema: ciphers,
    describe: 'Cipher suites spoken with them, by Go’s names, separated by commas or colons; empty is Node’s choice',
  }),
  serverMinTls: option({
    flag: '--tls-min-version',
    value: 'VERSION',
    env: 'KEDA_SERVICE_MIN_TLS_VERSION',
    default: 'TLS12',
    schema: oneOf('TLS12', 'TLS13'),
    describe: 'Oldest TLS that the metrics API and the webhook speak: TLS12 or TLS13',
  }),
  serverCiphers: option({
    flag: '--tls-cipher-suites',
    value: 'LIST',
    env: 'KEDA_SERVICE_TLS_CIPHER_LIST',
    default: '',
    schema: ciphers,
    describe: 'Cipher suites that they speak, by Go’s names; empty is Node’s choice',
  }),
} as const;
