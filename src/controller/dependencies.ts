// Which objects' behaviour depends on which other objects: a changed Secret has to reach the ScaledObjects that use it.

/** For example `Secret/shop/rabbit`; see `referenceTo`. */
export type Reference = string;

/** `namespace` is '' for cluster-scoped objects. */
export function referenceTo(kind: string, namespace: string, name: string): Reference {
  return `${kind}/${namespace}/${name}`;
}

export interface Dependencies {
  /** One more; to be called before the object is read, so that no change goes unseen. */
  add(dependent: string, reference: Reference): void;
  /** Replaces what `dependent` depends on. */
  set(dependent: string, references: Iterable<Reference>): void;
  remove(dependent: string): void;
  of(reference: Reference): readonly string[];
}

export interface DependencyHooks {
  /** Somebody depends on it from now on. */
  gained?(reference: Reference): void;
  /** Nobody depends on it any more. */
  lost?(reference: Reference): void;
}

export function createDependencies(hooks: DependencyHooks = {}): Dependencies {
  const byDependent = new Map<string, Set<Reference>>();
  const byReference = new Map<Reference, Set<string>>();

  function add(dependent: string, reference: Reference): void {
    const references = byDependent.get(dependent) ?? new Set();
    byDependent.set(dependent, references.add(reference));
    const dependents = byReference.get(reference);
    if (dependents) dependents.add(dependent);
    else {
      byReference.set(reference, new Set([dependent]));
      hooks.gained?.(reference);
    }
  }

  function set(dependent: string, references: Iterable<Reference>): void {
    const before = byDependent.get(dependent) ?? new Set<Reference>();
    const after = new Set(references);
    byDependent.delete(dependent);
    for (const reference of after) add(dependent, reference);
    for (const reference of before) {
      const dependents = byReference.get(reference);
      if (after.has(reference) || !dependents?.delete(dependent) || dependents.size > 0) continue;
      byReference.delete(reference);
      hooks.lost?.(reference);
    }
  }

  return {
    add,
    set,
    remove: (dependent) => set(dependent, []),
    of: (reference) => [...(byReference.get(reference) ?? [])],
  };
}
