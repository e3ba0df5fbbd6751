// Names of sources: equal for the same broker under the same identity, different otherwise, and telling no secret.
import { createHmac, randomBytes } from 'node:crypto';

/** A new key in each process: a plain hash of a weak password could be guessed from a log. */
const key = randomBytes(32);

/** For example `redis:cache:6379/0#9f3a…`: where the source is, readable, and who we are there, as a keyed digest. */
export function sourceId(type: string, where: string, identity: readonly unknown[]): string {
  const digest = createHmac('sha256', key).update(JSON.stringify(identity)).digest('hex').slice(0, 16);
  return `${type}:${where}#${digest}`;
}

/** Of a source's id what may be told: where the source is, without who we are there, if that is in it. Names the source in errors. */
export function sourceName(id: string): string {
  return id.replace(/#[^#]*$/, '');
}
