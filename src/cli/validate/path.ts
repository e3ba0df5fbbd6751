// The path of a field, from its text back to its steps; pathText of src/api goes the other way.

export type Path = readonly (string | number)[];

/** `spec.triggers[0].metadata["a.b"]` → `['spec', 'triggers', 0, 'metadata', 'a.b']`. */
export function parsePath(text: string): Path {
  return [...text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)].map(([, index, quoted, name]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? (name ?? '') : String(JSON.parse(quoted));
  });
}
