// Who we are to the API server: a token, a token file that rotates, a client certificate, an exec plugin.
import { readFile } from 'node:fs/promises';
import type { Cluster, User } from '@kubernetes/client-node/dist/config_types.js';
import type { Clock } from '../async.ts';

/** What a TLS handshake and a request carry. */
export interface Identity {
  readonly headers: Readonly<Record<string, string>>;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
}

export interface Credentials {
  /** The present identity; cheap to call for every request. Callers at one moment share one run of a plugin. */
  identity(): Promise<Identity>;
  /** Called after a 401: what is remembered is worth nothing any more. */
  forget(): void;
}

/** The kubelet refreshes a projected token long before it expires, so a look every few seconds is enough. */
const FILE_LIFE_MS = 10_000;

export function createCredentials(cluster: Cluster, user: User, clock: Clock): Credentials {
  let load = loaderOf(cluster, user);
  let known: { identity: Promise<Identity>; until: number } | undefined;
  return {
    async identity() {
      if (known === undefined || clock.now() >= known.until) {
        const entry = { identity: load(), until: clock.now() + FILE_LIFE_MS };
        entry.identity.catch(() => {
          if (known === entry) known = undefined;
        });
        known = entry;
      }
      return known.identity;
    },
    forget() {
      known = undefined;
      load = loaderOf(cluster, user);
    },
  };
}

type Load = () => Promise<Identity>;

function loaderOf(cluster: Cluster, user: User): Load {
  const provider: unknown = user.authProvider;
  const file = tokenFileOf(provider);
  if (user.exec) return execLoader(user);
  if (provider && file === undefined) return pluginLoader(cluster, user);
  return async () => {
    const token = file === undefined ? user.token : await readFile(file, 'utf8');
    return {
      headers: { ...authorization(user, token?.trim()), ...impersonation(user) },
      ...(await certificateOf(user)),
    };
  };
}

/** client-node's runner keeps a credential until it expires, so the plugin itself runs seldom. */
function execLoader(user: User): Load {
  const runner = import('@kubernetes/client-node/dist/exec_auth.js').then(({ ExecAuth }) => new ExecAuth());
  return async () => {
    const answer: { headers: Record<string, string>; cert?: string; key?: string } = { headers: {} };
    await (await runner).applyAuthentication(user, answer).catch((error: unknown) => {
      throw new Error(
        `exec plugin "${user.exec.command}" of kubeconfig user "${user.name}" failed: ${firstLine(error)}`,
      );
    });
    return { ...(await certificateOf(user)), ...answer, headers: { ...answer.headers, ...impersonation(user) } };
  };
}

/** auth-provider entries (oidc and older ones): rare, so the whole of client-node is loaded only here. */
function pluginLoader(cluster: Cluster, user: User): Load {
  const config = import('@kubernetes/client-node').then(({ KubeConfig }) => {
    const loaded = new KubeConfig();
    loaded.loadFromClusterAndUser(cluster, user);
    return loaded;
  });
  return async () => {
    const options: { headers?: Record<string, string> } = {};
    await (await config).applyToHTTPSOptions(options);
    return { headers: { ...options.headers, ...impersonation(user) }, ...(await certificateOf(user)) };
  };
}

async function certificateOf(user: User): Promise<Pick<Identity, 'cert' | 'key'>> {
  const cert = await bytesOf(user.certFile, user.certData);
  const key = await bytesOf(user.keyFile, user.keyData);
  return cert && key ? { cert, key } : {};
}

/** A kubeconfig gives files or base64 data. */
export async function bytesOf(file: string | undefined, base64: string | undefined): Promise<Buffer | undefined> {
  if (base64) return Buffer.from(base64, 'base64');
  return file ? readFile(file) : undefined;
}

function authorization(user: User, token: string | undefined): Record<string, string> {
  if (token) return { authorization: `Bearer ${token}` };
  if (!user.username) return {};
  return { authorization: `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}` };
}

function impersonation(user: User): Record<string, string> {
  return user.impersonateUser ? { 'impersonate-user': user.impersonateUser } : {};
}

function tokenFileOf(provider: unknown): string | undefined {
  const config =
    typeof provider === 'object' && provider !== null && 'config' in provider ? provider.config : undefined;
  return typeof config === 'object' && config !== null && 'tokenFile' in config && typeof config.tokenFile === 'string'
    ? config.tokenFile
    : undefined;
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return (text.trim().split('\n', 1)[0] ?? '').slice(0, 300);
}
