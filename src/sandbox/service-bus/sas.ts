// Shared access signatures: whether a token was signed with the namespace's key, is still valid, and covers a path.
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface SharedAccessKey {
  readonly name: string;
  readonly value: string;
}

/** What is wrong with a token, or undefined when it grants access. Azure signs `<sr, as it stands in the token>\n<se>` with HMAC-SHA256. */
export function refuseToken(
  token: string,
  key: SharedAccessKey,
  path: string,
  nowMs: number,
): 'malformed' | 'unknown key' | 'bad signature' | 'expired' | 'wrong scope' | undefined {
  const fields = readFields(token);
  const scope = fields.get('sr');
  const signature = fields.get('sig');
  const expiry = fields.get('se');
  if (scope === undefined || signature === undefined || expiry === undefined) return 'malformed';
  if (decode(fields.get('skn')) !== key.name) return 'unknown key';
  const expected = createHmac('sha256', key.value).update(`${scope}\n${expiry}`).digest();
  const given = Buffer.from(decode(signature), 'base64');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'bad signature';
  if (Number(expiry) * 1000 <= nowMs) return 'expired';
  return covers(decode(scope), path) ? undefined : 'wrong scope';
}

function readFields(token: string): ReadonlyMap<string, string> {
  const text = /^SharedAccessSignature\s+(.+)$/i.exec(token)?.[1];
  return new Map((text ?? '').split('&').map(splitOnce));
}

function decode(text = ''): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function splitOnce(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return [pair.slice(0, at), pair.slice(at + 1)];
}

/** A token for a namespace or any other parent covers everything below it; hosts are not compared, for they may be mapped. */
function covers(scope: string, path: string): boolean {
  const granted = segments(scope.replace(/^[a-z]+:\/\/[^/]*|\?.*/gi, ''));
  const asked = segments(path);
  return granted.every((segment, i) => asked[i] === segment);
}

function segments(path: string): readonly string[] {
  return path
    .toLowerCase()
    .split('/')
    .filter((segment) => segment !== '');
}
