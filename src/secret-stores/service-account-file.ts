// A ServiceAccount's token in one of our own files, before it is shown to anybody. KEDA's rules of what such a file is.
import { open } from 'node:fs/promises';
import { AuthError } from '../errors.ts';

const LARGEST_BYTES = 2 ** 20;

/** Rejects with an AuthError for anything else: whoever writes an authentication chooses the path, and must not have us send other files. */
export async function readServiceAccountFile(path: string): Promise<string> {
  const text = await read(path).catch(() => undefined);
  if (text !== undefined && isServiceAccountToken(text.trim())) return text.trim();
  throw new AuthError(
    `credential.serviceAccount: expected a file with the token of a ServiceAccount at ${JSON.stringify(path)}, found none that Sluice may read`,
  );
}

async function read(path: string): Promise<string | undefined> {
  const file = await open(path);
  try {
    const stat = await file.stat();
    return stat.isFile() && stat.size <= LARGEST_BYTES ? await file.readFile('utf8') : undefined;
  } finally {
    await file.close();
  }
}

/** Nothing is verified: that is Vault's to do. */
function isServiceAccountToken(token: string): boolean {
  const parts = token.split('.');
  try {
    const claims: unknown = JSON.parse(Buffer.from(parts[1] ?? '', 'base64url').toString());
    const sub = typeof claims === 'object' && claims !== null && 'sub' in claims ? claims.sub : undefined;
    return parts.length === 3 && typeof sub === 'string' && sub.startsWith('system:serviceaccount:');
  } catch {
    return false;
  }
}
