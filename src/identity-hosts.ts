// Which hosts may be shown what stands for Sluice itself: tokens of its identity at a cloud, and what it has of its own for Vault.
// A rule of the whole process, as that of TLS is, so that nobody on the way to a request can forget to hand it on.
import { isIP } from 'node:net';
import { AuthError } from './errors.ts';

const EVERY_HOST = '*';
let allowed: readonly string[] = [EVERY_HOST];

/** To be called before the first trigger is read. `patterns` are those of hostPattern(). */
export function setIdentityHosts(patterns: readonly string[]): void {
  allowed = patterns;
}

/** Where it is about to be shown. */
export interface Showing {
  /** Of a URL, or as it is connected to. */
  readonly host: string;
  /** The parameter that leads there. */
  readonly field: string;
}

/** Throws an AuthError for a host that may not see it. `what` names the source. */
export function checkIdentityHost(what: string, { host, field }: Showing): void {
  if (isIdentityHost(allowed, host)) return;
  throw new AuthError(
    `${what}: ${field} leads to ${JSON.stringify(host)}, and Sluice shows its own identity to the hosts in --identity-hosts only; use one of those, or credentials of your own`,
  );
}

export function isIdentityHost(patterns: readonly string[], host: string): boolean {
  if (patterns.includes(EVERY_HOST)) return true;
  const name = canonical(host);
  return name !== undefined && patterns.some((pattern) => matches(pattern, name));
}

/** A host, `*.` before a domain for all that is in it, or `*`, in the form that hosts are compared in; undefined for anything else. */
export function hostPattern(text: string): string | undefined {
  if (text === EVERY_HOST) return EVERY_HOST;
  const isDomain = text.startsWith('*.');
  const name = canonical(isDomain ? text.slice(2) : text);
  if (name === undefined || name.includes('*') || (isDomain && isAddress(name))) return undefined;
  return isDomain ? `*.${name}` : name;
}

function matches(pattern: string, name: string): boolean {
  return pattern.startsWith('*.') ? name.length >= pattern.length && name.endsWith(pattern.slice(1)) : name === pattern;
}

/** As a URL has it: in lower case, Unicode as Punycode, addresses in their one form; without the dot of an absolute name. */
function canonical(host: string): string | undefined {
  // Signs that would make it another part of a URL, or vanish there.
  if (/[\s/?#@\\%]/.test(host)) return undefined;
  const isBracketed = /^\[.*\]$/.test(host);
  const name = URL.parse(`https://${host.includes(':') && !isBracketed ? `[${host}]` : host}`)?.hostname;
  return name?.replace(/\.$/, '') || undefined;
}

function isAddress(name: string): boolean {
  return isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0;
}
