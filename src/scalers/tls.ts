// The TLS parameters that several scalers share, checked and turned into Node's options.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { getCACertificates } from 'node:tls';
import type { Review } from './define.ts';

export interface TlsParameters {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly keyPassword?: string | undefined;
  readonly unsafeSsl?: boolean | undefined;
}

export interface TlsOptions {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string[];
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  /** Whose certificate is expected, where that isn't the host that is connected to. */
  readonly servername?: string;
}

/** A CA is trusted in addition to the system's, and a client certificate needs its key. KEDA: NewTLSConfigWithPassword. */
export function tlsOptions({ ca, cert, key, keyPassword, unsafeSsl }: TlsParameters): TlsOptions {
  return {
    rejectUnauthorized: unsafeSsl !== true,
    ...(ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] }),
    ...(cert === undefined || key === undefined ? {} : { cert, key }),
    ...(keyPassword === undefined ? {} : { passphrase: keyPassword }),
  };
}

/** Refuses PEM texts that can't be read; certificate and key belong together. */
export function reviewTls({ ca, cert, key, keyPassword }: TlsParameters, review: Review): void {
  for (const [field, pem] of [
    ['ca', ca],
    ['cert', cert],
  ] as const) {
    if (pem !== undefined && !readable(() => new X509Certificate(pem))) {
      review.refuse(field, 'expected a certificate in PEM form (-----BEGIN CERTIFICATE-----)');
    }
  }
  if (key !== undefined && !readable(() => createPrivateKey(keyPassword ? { key, passphrase: keyPassword } : key))) {
    review.refuse('key', 'expected a private key in PEM form, with its password in keyPassword when it is encrypted');
  }
}

function readable(read: () => unknown): boolean {
  try {
    return read() !== undefined;
  } catch {
    return false;
  }
}
