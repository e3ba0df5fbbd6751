// Authentication and authorization that the API server does for an aggregated server: whom its front proxy is, whose a token
// is, and who may do what.
import type { Clock } from '../async.ts';
import type { Component } from '../component.ts';
import type { Logger } from '../log.ts';
import type { KubeClient, KubeObject } from './client.ts';
import { createReflector } from './reflector.ts';
import { CONFIG_MAPS } from './resources.ts';

export interface UserInfo {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

export interface FrontProxy {
  readonly caPem: string;
  readonly allowedNames: readonly string[];
  /** Header names in lower case. */
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
  readonly extraPrefixes: readonly string[];
}

export interface ResourceAttributes {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly namespace: string;
}

export interface DelegatedAuth extends Component {
  /** Undefined until it was read, and when the API server has no front proxy. */
  frontProxy(): FrontProxy | undefined;
  clientCaPem(): string | undefined;
  /** TokenReview; undefined when the token is nobody's. */
  reviewToken(token: string, signal: AbortSignal): Promise<UserInfo | undefined>;
  /** SubjectAccessReview. */
  mayList(user: UserInfo, what: ResourceAttributes, signal: AbortSignal): Promise<boolean>;
}

export interface DelegatedAuthOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
}

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

/** Where every API server publishes its trust for aggregated servers. */
const NAMESPACE = 'kube-system';
const NAME = 'extension-apiserver-authentication';

export function createDelegatedAuth({ client, clock, random, log }: DelegatedAuthOptions): DelegatedAuth {
  const maps = createReflector<ConfigMap>({
    client,
    resource: CONFIG_MAPS,
    namespace: NAMESPACE,
    fieldSelector: `metadata.name=${NAME}`,
    clock,
    random,
    log,
  });
  let proxy: FrontProxy | undefined;
  let clientCa: string | undefined;
  maps.subscribe((change) => {
    const data = change.type === 'deleted' ? {} : (change.object.data ?? {});
    proxy = frontProxyOf(data);
    clientCa = data['client-ca-file'];
  });

  return {
    name: 'delegated-auth',
    ready: maps.ready,
    run: maps.run,
    frontProxy: () => proxy,
    clientCaPem: () => clientCa,

    async reviewToken(token, signal) {
      const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
      const { status } = await client.request<TokenReview>(
        'POST',
        '/apis/authentication.k8s.io/v1/tokenreviews',
        review,
        { signal },
      );
      const user = status?.authenticated === true ? status.user : undefined;
      if (user?.username === undefined) return undefined;
      return {
        name: user.username,
        ...(user.uid === undefined ? {} : { uid: user.uid }),
        groups: user.groups ?? [],
        extra: user.extra ?? {},
      };
    },

    async mayList({ name, uid, groups, extra }, { group, version, resource, namespace }, signal) {
      const review = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: {
          user: name,
          uid,
          groups,
          extra,
          resourceAttributes: { group, version, resource, namespace, verb: 'list' },
        },
      };
      const { status } = await client.request<SubjectAccessReview>(
        'POST',
        '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        review,
        { signal },
      );
      return status?.allowed === true && status.denied !== true;
    },
  };
}

interface TokenReview {
  readonly status?: {
    readonly authenticated?: boolean;
    readonly user?: {
      readonly username?: string;
      readonly uid?: string;
      readonly groups?: readonly string[];
      readonly extra?: Readonly<Record<string, readonly string[]>>;
    };
  };
}

interface SubjectAccessReview {
  readonly status?: { readonly allowed?: boolean; readonly denied?: boolean };
}

function frontProxyOf(data: Readonly<Record<string, string>>): FrontProxy | undefined {
  const caPem = data['requestheader-client-ca-file'];
  if (!caPem) return undefined;
  const headers = (key: string): readonly string[] => listOf(data[key]).map((name) => name.toLowerCase());
  return {
    caPem,
    allowedNames: listOf(data['requestheader-allowed-names']),
    usernameHeaders: headers('requestheader-username-headers'),
    uidHeaders: headers('requestheader-uid-headers'),
    groupHeaders: headers('requestheader-group-headers'),
    extraPrefixes: headers('requestheader-extra-headers-prefix'),
  };
}

/** The values are JSON lists of strings; one that isn't counts as empty, which for headers means that nobody is believed. */
function listOf(json: string | undefined): readonly string[] {
  try {
    const list: unknown = JSON.parse(json ?? '[]');
    return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
  } catch {
    return [];
  }
}
