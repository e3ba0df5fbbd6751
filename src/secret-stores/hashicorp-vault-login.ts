// Who we are at Vault: a token that is given, or one that Vault gives for a ServiceAccount's. Kept while it lives, and renewed.
import type { Clock } from '../async.ts';
import type { Environment } from '../config.ts';
import { AuthError, KubeError } from '../errors.ts';
import { createRenewing, type Renewing } from '../scalers/renewing.ts';
import type { VaultApi } from './hashicorp-vault-api.ts';
import type { StoreContext, StoreDeps } from './secret-store.ts';
import { readServiceAccountFile } from './service-account-file.ts';
import type { Section } from './section.ts';

type Vault = Section<'hashiCorpVault'>;

export type VaultCredential =
  | { readonly kind: 'token'; readonly token: string; readonly isOurs: boolean }
  | {
      readonly kind: 'kubernetes';
      readonly mount: string;
      readonly role: string;
      /** A ServiceAccount of the object's namespace, or a file among our own. */
      readonly from: { readonly namespace: string; readonly account: string } | { readonly file: string };
    };

export interface VaultToken {
  readonly token: string;
  readonly isRenewable: boolean;
  readonly issuedAtMs: number;
  /** Infinity for one that never ends. */
  readonly endsAtMs: number;
}

export interface VaultLogins {
  /** Shared by all who log in alike; `serviceAccountToken` is used when a login is due. */
  of(
    key: string,
    api: VaultApi,
    credential: VaultCredential,
    serviceAccountToken: StoreContext['serviceAccountToken'],
  ): Renewing<VaultToken>;
  close(): void;
}

const OWN_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/token';
/** A login that nobody has used for so long is forgotten; Vault ends it when its time is over. */
const IDLE_MS = 3_600_000;
/** Renewed when a third of its life is left. */
const USED_PART = 2 / 3;

/** What of it is missing, as a clause. KEDA's rules; `VAULT_ADDR`, when set, is the only place where what is our own is shown. */
export function vaultCredential(
  { authentication, credential, mount, role }: Vault,
  url: URL,
  { ownNamespace: namespace }: Pick<StoreContext, 'ownNamespace'>,
  env: Environment,
): VaultCredential | { readonly why: string } {
  if (authentication === 'token') {
    const ours = isHome(url, env) ? (env['VAULT_TOKEN'] ?? '').trim() : '';
    const token = ours || (credential?.token ?? '').trim();
    if (token !== '') return { kind: 'token', token, isOurs: ours !== '' };
    return {
      why: 'credential.token: is required with authentication token, unless Sluice has a VAULT_TOKEN for that address',
    };
  }
  if (!mount)
    return { why: 'mount: is required with authentication kubernetes: where the auth method is, such as kubernetes' };
  if (mount.split('/').some((part) => part === '.' || part === '..'))
    return { why: `mount: expected a path at Vault, found ${JSON.stringify(mount)}` };
  if (!role) return { why: 'role: is required with authentication kubernetes' };
  const { serviceAccountName: account, serviceAccount: file } = credential ?? {};
  if (account) return { kind: 'kubernetes', mount, role, from: { namespace, account } };
  if (!isHome(url, env))
    return { why: 'credential.serviceAccountName: is required, for Sluice shows its own token at its VAULT_ADDR only' };
  return { kind: 'kubernetes', mount, role, from: { file: file || OWN_FILE } };
}

/** Whether it stands for Sluice itself, and not for whoever wrote the authentication. */
export function isOurs(credential: VaultCredential): boolean {
  return credential.kind === 'token' ? credential.isOurs : 'file' in credential.from;
}

function isHome(url: URL, { VAULT_ADDR: home }: Environment): boolean {
  return !home || URL.parse(home)?.origin === url.origin;
}

export function createVaultLogins({ clock }: Pick<StoreDeps, 'clock'>): VaultLogins {
  const logins = new Map<string, { readonly login: Renewing<VaultToken>; stop: () => void }>();

  function forget(key: string): void {
    const entry = logins.get(key);
    entry?.stop();
    entry?.login.close();
    logins.delete(key);
  }

  return {
    of(key, api, credential, serviceAccountToken) {
      const known = logins.get(key);
      const login = known?.login ?? createLogin(api, credential, serviceAccountToken, clock);
      known?.stop();
      logins.set(key, { login, stop: clock.schedule(IDLE_MS, () => forget(key)) });
      return login;
    },
    close() {
      for (const key of logins.keys()) forget(key);
    },
  };
}

function createLogin(
  api: VaultApi,
  credential: VaultCredential,
  serviceAccountToken: StoreContext['serviceAccountToken'],
  clock: Clock,
): Renewing<VaultToken> {
  let last: VaultToken | undefined;
  return createRenewing({
    clock,
    what: `${api.what}: login`,
    renewBeforeMs: 0,
    async exchange(signal) {
      const token = (last && (await renewed(api, last, clock, signal))) ?? (await first(signal));
      last = token;
      const lifeMs = token.endsAtMs - clock.now();
      return { value: token, endsAtMs: clock.now() + lifeMs * USED_PART };
    },
  });

  async function first(signal: AbortSignal): Promise<VaultToken> {
    if (credential.kind === 'token') {
      const token = await lookedUp(api, credential.token, clock, signal);
      return (await renewed(api, token, clock, signal)) ?? token;
    }
    return loggedIn(api, credential, await jwt(credential, serviceAccountToken, signal), clock, signal);
  }
}

async function jwt(
  { from }: Extract<VaultCredential, { kind: 'kubernetes' }>,
  serviceAccountToken: StoreContext['serviceAccountToken'],
  signal: AbortSignal,
): Promise<string> {
  if ('file' in from) return readServiceAccountFile(from.file);
  try {
    return (await serviceAccountToken(from.account, signal)).token;
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== 'KUBE_NOT_FOUND') throw error;
    throw new AuthError(
      `ServiceAccount "${from.namespace}/${from.account}", which hashiCorpVault.credential names, does not exist`,
    );
  }
}

async function loggedIn(
  api: VaultApi,
  { mount, role }: Extract<VaultCredential, { kind: 'kubernetes' }>,
  token: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<VaultToken> {
  const { status, body } = await api.call(`auth/${mount.replace(/^\/+|\/+$/g, '')}/login`, {
    body: { jwt: token, role },
    signal,
  });
  if (status <= 204 && body.auth) return tokenFrom(body.auth, clock);
  throw new AuthError(
    `${api.what} refused the login as role "${role}" at auth/${mount} (HTTP ${status}): check the mount, the role, and which ServiceAccounts and namespaces the role is bound to`,
  );
}

/** KEDA: a token that cannot be looked up is not good. */
async function lookedUp(api: VaultApi, token: string, clock: Clock, signal: AbortSignal): Promise<VaultToken> {
  const { status, body } = await api.call('auth/token/lookup-self', { token, signal });
  if (status > 204 || !body.data)
    throw new AuthError(
      `${api.what} refused the token (HTTP ${status}): it may have ended or been revoked, or its policies do not let it look itself up`,
    );
  const { ttl, renewable } = body.data;
  return tokenFrom(
    { client_token: token, lease_duration: typeof ttl === 'number' ? ttl : 0, renewable: renewable === true },
    clock,
  );
}

/** Undefined when it cannot be, and another one is needed sooner or later. */
async function renewed(
  api: VaultApi,
  { token, isRenewable, endsAtMs }: VaultToken,
  clock: Clock,
  signal: AbortSignal,
): Promise<VaultToken | undefined> {
  if (!isRenewable || endsAtMs <= clock.now() || endsAtMs === Number.POSITIVE_INFINITY) return undefined;
  const { status, body } = await api.call('auth/token/renew-self', { token, body: {}, signal });
  return status <= 204 && body.auth ? tokenFrom(body.auth, clock) : undefined;
}

/** Vault: a duration of 0 is one without end. */
function tokenFrom(
  {
    client_token: token,
    lease_duration: seconds,
    renewable,
  }: {
    readonly client_token: string;
    readonly lease_duration?: number | null | undefined;
    readonly renewable?: boolean | null | undefined;
  },
  clock: Clock,
): VaultToken {
  const issuedAtMs = clock.now();
  const endsAtMs = seconds ? issuedAtMs + seconds * 1_000 : Number.POSITIVE_INFINITY;
  return { token, isRenewable: renewable === true, issuedAtMs, endsAtMs };
}
