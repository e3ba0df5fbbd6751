// Parsing what is watched: once for each version of an object, so that a look does not parse what has not changed.
import type { z } from 'zod';
import type { Parsed } from '../api/parse.ts';
import { readStatus } from '../api/readable-status.ts';
import type { KubeObject } from '../kube/client.ts';

export interface ParsedObjects<O extends KubeObject> {
  /**
   * For the watch: keeps the parsed object instead of the raw one. One that does not parse is kept as it is, with as much of its status
   * as can be read, and told of later.
   */
  parsedOrRaw(raw: KubeObject): KubeObject;
  /** Throws a ConfigError that names every bad field. */
  load(stored: KubeObject): O;
  /** Names of the fields of its status that were there and could not be read, of an object that `load` gave. */
  unreadableStatus(object: O): readonly string[];
}

export interface ParsedObjectsOptions<O extends KubeObject> {
  readonly parse: (raw: unknown) => Parsed<O>;
  readonly status: z.ZodObject;
  /** Whether it has what a parsed one has no place for, and has to be told of it. */
  readonly mustStayRaw?: (raw: KubeObject) => boolean;
}

export function createParsedObjects<O extends KubeObject>(options: ParsedObjectsOptions<O>): ParsedObjects<O> {
  /** Objects that went through the parser already, each with what is unreadable in its status. */
  const parsed = new WeakMap<KubeObject, readonly string[]>();

  function parsedFrom(raw: KubeObject): O {
    const { object, warnings } = options.parse(raw);
    const isWhole = !warnings.some(({ field }) => field.startsWith('status'));
    const { status } = raw as KubeObject & { readonly status?: unknown };
    parsed.set(object, isWhole ? [] : readStatus(options.status, status).unreadable);
    return object;
  }

  function withReadableStatus(raw: KubeObject): KubeObject {
    const { status: found, ...rest } = raw as KubeObject & { readonly status?: unknown };
    const { status } = readStatus(options.status, found);
    return status === undefined ? rest : Object.assign(rest, { status });
  }

  return {
    parsedOrRaw(raw) {
      try {
        const object = parsedFrom(raw);
        return options.mustStayRaw?.(raw) ? withReadableStatus(raw) : object;
      } catch {
        return withReadableStatus(raw);
      }
    },
    load: (stored) => (parsed.has(stored) ? (stored as O) : parsedFrom(stored)),
    unreadableStatus: (object) => parsed.get(object) ?? [],
  };
}
