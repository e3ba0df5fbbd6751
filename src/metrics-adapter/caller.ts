// Who asks, and the little that must be known about Kubernetes to find it out. Implemented elsewhere, owned here.

export interface Caller {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** Whom the API server's front proxy is to be believed (kube-system/extension-apiserver-authentication). */
export interface FrontProxyTrust {
  /** PEM, one certificate or several. */
  readonly caPem: string;
  /** Common names that may speak for others; empty allows every one that the CA signed. */
  readonly allowedNames: readonly string[];
  /** Header names in lower case, in order of preference. */
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
  readonly extraPrefixes: readonly string[];
}

export interface AuthenticationPort {
  /** As it stands now; undefined while it is unknown, so nobody is believed. */
  frontProxy(): FrontProxyTrust | undefined;
  /** The cluster's CA for client certificates, PEM. */
  clientCaPem(): string | undefined;
  /** TokenReview: whose token it is, or undefined when it is nobody's. Rejects when that can't be found out. */
  reviewToken(token: string, signal: AbortSignal): Promise<Caller | undefined>;
}

/** A metric, which Kubernetes' authorization takes for a resource that is listed. */
export interface MetricResource {
  readonly group: string;
  readonly version: string;
  /** `*` asks for every metric. */
  readonly resource: string;
  /** Empty asks for every namespace. */
  readonly namespace: string;
}

export interface AccessPort {
  /** SubjectAccessReview. Rejects when it can't be answered. */
  mayList(caller: Caller, what: MetricResource, signal: AbortSignal): Promise<boolean>;
}
