// A Component as the sidecar uses it, and typed access to its metadata.
import { ConfigError, type FieldIssue } from '../../errors.ts';
import { isTrue } from './annotations.ts';
import { parseGoDuration } from './go-duration.ts';

export interface ComponentSpec {
  readonly name: string;
  /** For example `bindings.rabbitmq`. */
  readonly type: string;
  /** Secrets are resolved. Names as written; they are looked up without regard to case. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Dapr: `ignoreErrors`: a component that can't be initialised is left out instead of ending the sidecar. */
  readonly ignoreErrors: boolean;
  readonly initTimeoutMs: number;
}

export interface MetadataReader {
  text(name: string): string | undefined;
  text(name: string, fallback: string): string;
  required(name: string): string;
  flag(name: string, fallback: boolean): boolean;
  /** A whole number of at least `least`. */
  count(name: string, fallback: number, least?: number): number;
  /** A Go duration, or a bare number of seconds. */
  durationMs(name: string, fallbackMs: number): number;
}

/** Reads a component's settings; throws one ConfigError that names every bad field. */
export function readMetadata<T>(component: ComponentSpec, read: (reader: MetadataReader) => T): T {
  const values = new Map(Object.entries(component.metadata).map(([name, value]) => [name.toLowerCase(), value]));
  const issues: FieldIssue[] = [];
  const find = (name: string): string | undefined => {
    const value = values.get(name.toLowerCase());
    return value === undefined || value === '' ? undefined : value;
  };
  function text(name: string): string | undefined;
  function text(name: string, fallback: string): string;
  function text(name: string, fallback?: string): string | undefined {
    return find(name) ?? fallback;
  }
  const refuse = <V>(name: string, expected: string, value: string, fallback: V): V => {
    issues.push({ field: name, message: `expected ${expected}, found '${value}'` });
    return fallback;
  };
  const result = read({
    text,
    required(name) {
      const value = find(name);
      if (value === undefined) issues.push({ field: name, message: 'is required' });
      return value ?? '';
    },
    flag(name, fallback) {
      const value = find(name);
      return value === undefined ? fallback : isTrue(value);
    },
    count(name, fallback, least = 0) {
      const value = find(name);
      if (value === undefined) return fallback;
      const number = Number(value);
      if (Number.isInteger(number) && number >= least) return number;
      return refuse(name, `a whole number of at least ${least}`, value, fallback);
    },
    durationMs(name, fallbackMs) {
      const value = find(name);
      if (value === undefined) return fallbackMs;
      const ms = /^\d+$/.test(value) ? Number(value) * 1000 : parseGoDuration(value);
      return ms ?? refuse(name, 'a duration such as 15s', value, fallbackMs);
    },
  });
  if (issues.length > 0) throw new ConfigError(`component ${component.name} (${component.type})`, issues);
  return result;
}

/** Dapr: without `direction` a binding is tried both ways. */
export function directionsOf(metadata: Readonly<Record<string, string>>): readonly string[] {
  const [, text = ''] = Object.entries(metadata).find(([key]) => key.toLowerCase() === 'direction') ?? [];
  return text
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .filter((word) => word !== '');
}

/** Where the app takes the binding's events. */
export function routeOf(name: string, metadata: Readonly<Record<string, string>>): string {
  return metadata['route'] || name;
}
