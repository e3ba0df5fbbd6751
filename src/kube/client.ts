// The port to the API server: verbs on resources, errors as KubeError. Implemented over undici in http-client.ts.

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  generateName?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  ownerReferences?: OwnerReference[];
}

/** The least every object has; give the rest by a type parameter. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** One kind of object as the API server serves it. `group` is '' for core. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

export interface ObjectKey {
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface CallOptions {
  readonly signal: AbortSignal;
  readonly subresource?: 'status' | 'scale' | 'log' | 'binding' | 'eviction' | 'token';
  readonly dryRun?: boolean;
}

export interface ListOptions<T = KubeObject> {
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Applied to a list page by page, so that what it drops is never held for the whole list. */
  readonly prune?: ((object: T) => T) | undefined;
  readonly signal: AbortSignal;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

export type PatchBody =
  | { readonly type: 'merge'; readonly body: unknown }
  | { readonly type: 'json'; readonly body: readonly unknown[] }
  | { readonly type: 'strategic'; readonly body: unknown };

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: T;
}

export interface WatchOptions extends Omit<ListOptions, 'prune'> {
  readonly resourceVersion: string;
  readonly timeoutSeconds: number;
  /** Called when the server has agreed; the first event may be long in coming. */
  readonly opened?: () => void;
}

/** Every method rejects with a KubeError (code by HTTP status), or with the signal's reason when aborted. */
export interface KubeClient {
  get<T extends KubeObject>(resource: Resource, key: ObjectKey, options: CallOptions): Promise<T>;
  /** The whole list, fetched in pages of 500. */
  list<T extends KubeObject>(resource: Resource, options: ListOptions<T>): Promise<ListPage<T>>;
  create<T extends KubeObject>(resource: Resource, object: T, options: CallOptions): Promise<T>;
  /** PUT; with `metadata.resourceVersion` it is optimistic. */
  replace<T extends KubeObject>(resource: Resource, object: T, options: CallOptions): Promise<T>;
  patch<T extends KubeObject>(resource: Resource, key: ObjectKey, patch: PatchBody, options: CallOptions): Promise<T>;
  /** Server-side apply. */
  apply<T extends KubeObject>(
    resource: Resource,
    object: T,
    options: CallOptions & { readonly fieldManager: string; readonly force: boolean },
  ): Promise<T>;
  /** Absent is not an error. */
  delete(
    resource: Resource,
    key: ObjectKey,
    options: CallOptions & {
      readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
      readonly gracePeriodSeconds?: number;
      readonly uid?: string;
      readonly resourceVersion?: string;
    },
  ): Promise<void>;
  /** One watch request, from `resourceVersion`, with bookmarks; ends when the server ends it. An ERROR event rejects as KubeError. */
  watch<T extends KubeObject>(resource: Resource, options: WatchOptions): AsyncIterable<WatchEvent<T>>;
  /** Any other path, for example discovery or a SubjectAccessReview; the answer's JSON. */
  request<T>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body: unknown,
    options: { readonly signal: AbortSignal },
  ): Promise<T>;
}
