// Things that are said once in a run, however many objects they concern.

export interface Once {
  /** True for the first call with this key. */
  first(key: string): boolean;
}

export function createOnce(): Once {
  const said = new Set<string>();
  return {
    first(key) {
      if (said.has(key)) return false;
      said.add(key);
      return true;
    },
  };
}
