// The two requests of SASL: which mechanism, and the messages of its conversation. https://kafka.apache.org/protocol#sasl_handshake
import type { Api } from './requests.ts';

export const saslHandshake: Api<string, { readonly error: number; readonly mechanisms: readonly string[] }> = {
  key: 17,
  name: 'SaslHandshake',
  versions: [1],
  write: (w, mechanism) => w.string(mechanism),
  read: (r) => ({ error: r.int16(), mechanisms: r.array(() => r.string() ?? '') }),
};

export interface SaslAnswer {
  readonly error: number;
  readonly message: Buffer;
  /** How long the broker will know us; 0 for as long as the connection lasts (KIP-368). */
  readonly lifeMs: bigint;
}

export const saslAuthenticate: Api<Buffer, SaslAnswer> = {
  key: 36,
  name: 'SaslAuthenticate',
  versions: [0, 1],
  write: (w, message) => w.bytes(message),
  read(r, version) {
    const error = r.int16();
    r.string();
    return { error, message: r.bytes(), lifeMs: version >= 1 ? r.int64() : 0n };
  },
};
