// The secrets of one section at Vault: each path once, then the keys that are wanted of it.
import type { Clock } from '../async.ts';
import type { Renewing } from '../scalers/renewing.ts';
import type { VaultAnswer, VaultApi, VaultBody } from './hashicorp-vault-api.ts';
import type { VaultToken } from './hashicorp-vault-login.ts';
import { type Found, readSecrets } from './read-secrets.ts';
import type { StoreAnswer } from './secret-store.ts';
import type { Section } from './section.ts';

type Secret = Section<'hashiCorpVault'>['secrets'][number];

interface Asking {
  readonly api: VaultApi;
  readonly login: Renewing<VaultToken>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** What a path holds, or why nothing of it can be had. */
type Held =
  | { readonly fields: Readonly<Record<string, unknown>>; readonly goodForMs: number | undefined }
  | { readonly why: string };

export async function readVaultSecrets(secrets: readonly Secret[], asking: Asking): Promise<StoreAnswer> {
  const startedAtMs = asking.clock.now();
  const lives: number[] = [];
  const answer = await readSecrets(secrets, {
    key: questionOf,
    async ask(secret) {
      const held = await readPath(secret, startedAtMs, asking);
      if ('fields' in held && held.goodForMs !== undefined) lives.push(held.goodForMs);
      return held;
    },
    pick: valueOf,
  });
  return { ...answer, ...(lives.length === 0 ? {} : { goodForMs: Math.min(...lives) }) };
}

function questionOf({ path, type = '', pkiData }: Secret): string {
  return JSON.stringify([path, type, pkiData]);
}

/** A token that was kept may have been revoked meanwhile, so a refusal is believed of one that is not older than the question. */
async function readPath(secret: Secret, startedAtMs: number, asking: Asking): Promise<Held> {
  const { api, login, clock, signal } = asking;
  const path = secret.path.replace(/^\/+/, '');
  if (path === '' || path.split('/').some((part) => part === '.' || part === '..'))
    return { why: `secrets.path: expected a path at Vault, found ${JSON.stringify(secret.path)}` };
  const body = secret.type === 'pki' ? { body: pkiBody(secret) } : {};
  let token = await login.get(signal);
  let answer = await api.call(path, { token: token.token, signal, ...body });
  if (answer.status === 403 && token.issuedAtMs < startedAtMs) {
    login.drop(token);
    token = await login.get(signal);
    answer = await api.call(path, { token: token.token, signal, ...body });
  }
  return found(answer, secret, token, clock);
}

function found(answer: VaultAnswer, secret: Secret, token: VaultToken, clock: Clock): Held {
  const named = `path "${secret.path}"`;
  const { data } = answer.body;
  if (answer.status > 204) return { why: refusal(answer, named) };
  if (!data) return { why: `Vault answers with no data at ${named}` };
  if (secret.type === 'pki') {
    const { expiration } = data;
    return { fields: data, goodForMs: typeof expiration === 'number' ? expiration * 1_000 - clock.now() : undefined };
  }
  const { data: inner } = data;
  const versioned = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? { ...inner } : undefined;
  if (secret.type === 'secretV2' && !versioned)
    return { why: `${named} is not of KV version 2: give type secret, or none` };
  const fields = secret.type === 'secret' ? data : (versioned ?? data);
  return { fields, goodForMs: leaseMs(answer.body, token, clock) };
}

/** Of what is made for whoever reads it: that ends with its lease, and with the token that it was read with. */
function leaseMs(
  { lease_id: id, lease_duration: seconds }: VaultBody,
  token: VaultToken,
  clock: Clock,
): number | undefined {
  return id && seconds ? Math.min(seconds * 1_000, token.endsAtMs - clock.now()) : undefined;
}

function refusal({ status, body }: VaultAnswer, named: string): string {
  if (status === 403) return `Vault denies ${named}: let a policy of the login read it`;
  if (status !== 404) return `Vault does not understand the question for ${named} (HTTP ${status})`;
  return body.data?.['metadata']
    ? `the newest version at ${named} was deleted`
    : `Vault has nothing at ${named}: in KV version 2 the path has data/ behind the mount`;
}

function valueOf(held: Held, { path, key }: Secret): Found {
  if ('why' in held) return { kind: 'missing', why: held.why };
  const value = Object.hasOwn(held.fields, key) ? held.fields[key] : undefined;
  if (typeof value === 'string') return { kind: 'set', value };
  // KEDA: the chain of certificates is one text.
  if (key === 'ca_chain' && Array.isArray(value)) return { kind: 'set', value: value.join('\n') };
  return {
    kind: 'missing',
    why:
      value === undefined || value === null
        ? `path "${path}" has no key "${key}"`
        : `expected text in key "${key}" of path "${path}", found ${Array.isArray(value) ? 'a list' : `a ${typeof value}`}`,
  };
}

/** Vault's names. */
function pkiBody({ pkiData = {} }: Secret): Readonly<Record<string, string>> {
  const { commonName, altNames, ipSans, uriSans, otherSans, ttl, format } = pkiData;
  const all = {
    common_name: commonName,
    alt_names: altNames,
    ip_sans: ipSans,
    uri_sans: uriSans,
    other_sans: otherSans,
    ttl,
    format,
  };
  return Object.fromEntries(Object.entries(all).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}
