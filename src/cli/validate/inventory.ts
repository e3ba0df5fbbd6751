// What the files hold, by kind and name, so that references from one object to another can be followed.
import { dirname } from 'node:path';
import { GROUP } from '../../api/names.ts';
import type { Manifest, PlainObject } from './manifest-file.ts';
import { OUTDATED_GROUP } from './outdated.ts';

export interface Identity {
  /** '' for core. */
  readonly group: string;
  readonly kind: string;
  /** '' when the manifest doesn't say; it may then be any. */
  readonly namespace: string;
  readonly name: string;
}

export interface Inventory {
  /**
   * The object of that kind and name whose namespace fits: the one nearest to `file`, which is the last one in the same file, else
   * the only one in the same directory, else the only one anywhere. Undefined too when it can't be told which of several is meant.
   */
  nearest(wanted: Identity, file: string): Manifest | undefined;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

export function identityOf({ value }: Pick<Manifest, 'value'>): Identity {
  const apiVersion = text(value['apiVersion']);
  const metadata = (value['metadata'] ?? {}) as PlainObject;
  return {
    group: groupOf(apiVersion),
    kind: text(value['kind']),
    namespace: text(metadata['namespace']),
    name: text(metadata['name']),
  };
}

export const groupOf = (apiVersion: string): string =>
  apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';

export function createInventory(manifests: readonly Manifest[]): Inventory {
  const byName = new Map<string, Manifest[]>();
  const key = ({ group, kind, name }: Omit<Identity, 'namespace'>): string =>
    `${group === OUTDATED_GROUP ? GROUP : group}/${kind}/${name}`;
  for (const manifest of manifests) {
    const name = key(identityOf(manifest));
    const same = byName.get(name);
    if (same) same.push(manifest);
    else byName.set(name, [manifest]);
  }
  return {
    nearest(wanted, file) {
      const fits = (byName.get(key(wanted)) ?? []).filter((manifest) =>
        namespacesMeet(identityOf(manifest).namespace, wanted.namespace),
      );
      const inFile = fits.findLast((manifest) => manifest.file === file);
      if (inFile !== undefined) return inFile;
      const inDirectory = fits.filter((manifest) => dirname(manifest.file) === dirname(file));
      const candidates = inDirectory.length > 0 ? inDirectory : fits;
      return candidates.length === 1 ? candidates[0] : undefined;
    },
  };
}

/** A manifest without a namespace goes where `kubectl apply -n` puts it, which may be the same. */
const namespacesMeet = (a: string, b: string): boolean => a === b || a === '' || b === '';
