// What a user may write for an external scaler, and what of it the scaler gets.
import { z } from 'zod';
import type { Review } from '../define.ts';
import { field, flag, secret, text } from '../fields.ts';
import type { TriggerInput } from '../scaler.ts';
import { sourceId } from '../source-id.ts';
import { reviewTls, tlsOptions } from '../tls.ts';
import type { ExternalServer } from './channel.ts';
import type { ScaledObjectRef } from './messages.ts';

const auth = { from: ['auth'] } as const;

export const External = z.object({
  scalerAddress: field(text(), 'Where the scaler listens, as host:port; it is asked over gRPC.'),
  enableTLS: field(
    flag().prefault('false'),
    'Whether to speak TLS; caCert, or tlsClientCert with tlsClientKey, switch it on by themselves.',
  ),
  unsafeSsl: field(
    flag().prefault('false'),
    'Whether to trust any certificate that the scaler shows; does not switch TLS on.',
  ),
  caCert: field(
    text().optional(),
    "Certificate of the authority that signed the scaler's, in PEM form; trusted besides the system's authorities.",
    auth,
  ),
  tlsClientCert: field(text().optional(), 'Certificate to show to the scaler, in PEM form.', auth),
  tlsClientKey: field(secret().optional(), 'Private key of tlsClientCert, in PEM form.', auth),
  tlsCertFile: field(text().optional(), 'Has no effect, as in KEDA, whose documentation lists it: give caCert.'),
});
export type External = z.output<typeof External>;

export function reviewExternal(config: Partial<External>, report: Review): void {
  const { scalerAddress, caCert: ca, tlsClientCert: cert, tlsClientKey: key } = config;
  if (scalerAddress !== undefined && !isAddress(scalerAddress)) {
    const found = JSON.stringify(scalerAddress);
    report.refuse('scalerAddress', `expected host:port without a scheme, such as scaler.shop:6000, found ${found}`);
  }
  const names: Readonly<Record<string, string>> = { ca: 'caCert', cert: 'tlsClientCert', key: 'tlsClientKey' };
  const refuse = (name: string, message: string): void => report.refuse(names[name] ?? name, message);
  reviewTls({ ca, cert, key }, { ...report, refuse });
  if (cert !== undefined && key === undefined) report.warn('tlsClientCert', 'has no effect without tlsClientKey');
  if (key !== undefined && cert === undefined) report.warn('tlsClientKey', 'has no effect without tlsClientCert');
  if (config.unsafeSsl === true && !speaksTls(config)) report.warn('unsafeSsl', 'has no effect without enableTLS');
  if (config.tlsCertFile !== undefined) {
    report.warn('tlsCertFile', 'has no effect: give the certificate itself as caCert in the authenticationRef');
  }
}

/** A gRPC target: a host with or without a port (443 then), or one of the forms that name how the address is found. */
function isAddress(target: string): boolean {
  const address = withoutPassthrough(target);
  const [, port] = /^[^\s/]+?(?::(\d+))?$/.exec(address) ??
    /^(?:dns:\/\/[^\s/]*\/|unix:)\S+$/.exec(address) ?? ['', 'none'];
  return port === undefined || Number(port) <= 65_535;
}

/** In Go's gRPC, which KEDA uses, it says that the address is to be dialled as it stands; ours knows no such word. */
const withoutPassthrough = (target: string): string => target.replace(/^passthrough:(?:\/\/[^\s/]*\/)?/, '');

/** KEDA: unsafeSsl alone does not. */
function speaksTls({ enableTLS, caCert, tlsClientCert, tlsClientKey }: Partial<External>): boolean {
  return enableTLS === true || caCert !== undefined || (tlsClientCert !== undefined && tlsClientKey !== undefined);
}

export function externalSourceId({ scalerAddress, unsafeSsl, ...config }: External): string {
  const { caCert, tlsClientCert, tlsClientKey } = config;
  return sourceId('external', scalerAddress, [speaksTls(config), unsafeSsl, caCert, tlsClientCert, tlsClientKey]);
}

export function externalServer(config: External, key: string): ExternalServer {
  const { scalerAddress, unsafeSsl, caCert: ca, tlsClientCert: cert, tlsClientKey } = config;
  const tls = speaksTls(config) ? tlsOptions({ ca, cert, key: tlsClientKey, unsafeSsl }) : undefined;
  return { key, address: withoutPassthrough(scalerAddress), tls };
}

/**
 * KEDA: the scaler gets all metadata; a key that ends in FromEnv keeps its name and carries the value of the variable, or is left
 * out when there is none. Parameters of the authentication are not handed on.
 */
export function refOf({ owner, metadata, env }: TriggerInput): ScaledObjectRef {
  const entries = Object.entries(metadata).flatMap(([key, text]) => {
    if (!key.endsWith('FromEnv')) return [[key, text]];
    const value = Object.hasOwn(env, text) ? (env[text] ?? '') : '';
    return value === '' ? [] : [[key, value]];
  });
  return { ...owner, scalerMetadata: Object.fromEntries(entries) };
}
