// The port through which scalers see objects of the cluster: copies that watches keep up to date. Whoever runs scalers provides it.

export interface ClusterView {
  /** Begins to watch. `keep` says what is kept of an object, which comes as the API server sends it. */
  watch<T>(what: WatchedObjects, keep: (object: unknown) => T): ClusterWatch<T>;
}

export interface WatchedObjects {
  readonly kind: 'Pod' | 'ConfigMap' | 'Secret' | 'EndpointSlice';
  readonly namespace: string;
  /** Only the object of that name. */
  readonly name?: string;
  /** Only objects with these labels, as in `app=web`. */
  readonly labelSelector?: string;
}

export interface ClusterWatch<T> {
  /**
   * Resolves when the copy is complete and kept up to date. Rejects with a KubeError when it is not and won't be in a
   * moment (a missing right is named, with the command that grants it), or with the signal's reason.
   */
  current(signal: AbortSignal): Promise<void>;
  /** Undefined when there is no object of that name. To be asked once it is current. */
  get(name: string): T | undefined;
  /** Told of each change from now on, and at once of each object that is known, which has no `before`. Returns the way out. */
  subscribe(listener: (change: ClusterChange<T>) => void): () => void;
  close(): Promise<void>;
}

/** What came has no `before`, what went has no `after`. */
export interface ClusterChange<T> {
  readonly name: string;
  readonly before?: T;
  readonly after?: T;
}
