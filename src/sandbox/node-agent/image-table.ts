// Which program stands for which container image: there is no container runtime here, so an image name is looked up in a table.

/** What an image's own configuration would say. */
export interface ImageEntry {
  /** Image name; `*` stands for any run of characters, and a name without tag or digest matches each of them. */
  readonly image: string;
  /** Directory the program starts in. */
  readonly directory: string;
  /** Program and first arguments when the container has no `command`. */
  readonly entrypoint: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Of several matching entries the first wins. */
export type ImageTable = readonly ImageEntry[];

export function findImage(table: ImageTable, image: string): ImageEntry | undefined {
  return table.find((entry) => matches(entry.image, image));
}

function matches(pattern: string, image: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  const lastSegment = pattern.slice(pattern.lastIndexOf('/') + 1);
  const anyVersion = /[:@]/.test(lastSegment) ? '' : '([:@].*)?';
  return new RegExp(`^${escaped}${anyVersion}$`).test(image);
}
