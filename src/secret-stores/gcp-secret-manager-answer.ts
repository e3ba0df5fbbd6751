// What Google's Secret Manager answers when it is asked for a version of a secret, and what its refusals mean.
// https://cloud.google.com/secret-manager/docs/reference/rest/v1/projects.secrets.versions/access
import { z } from 'zod';
import { AuthError, SourceAnswerError, SourceUnavailableError } from '../errors.ts';
import type { HttpAnswer } from '../scalers/http.ts';
import { crc32c } from './crc32c.ts';
import { parseJson, textOf } from './json.ts';
import type { Found } from './read-secrets.ts';

/** The checksum is a number of 64 bits, which JSON has as a string. An empty secret has no data. */
const Version = z.object({
  payload: z.object({ data: z.base64().default(''), dataCrc32c: z.coerce.string().optional() }),
});
const Refusal = z.object({ error: z.object({ status: z.string() }) });

interface Asked {
  /** Names the store in errors. */
  readonly what: string;
  /** The secret, with its whole name. */
  readonly secret: string;
}

export function accessedSecret(answer: HttpAnswer, { what, secret }: Asked): Found {
  const { status, text } = answer;
  const missing = (why: string): Found => ({ kind: 'missing', why: `${what}: ${why}` });
  if (status === 200) return payloadOf(text, { what, secret });
  if (status === 401) throw new AuthError(`${what}: Google Cloud does not take our token`);
  if (status === 403) {
    return missing(
      `we may not read ${secret}; give the service account the role Secret Manager Secret Accessor, and switch on the API in the project`,
    );
  }
  if (status === 404) return missing(`there is no ${secret}; check id, version and project`);
  if (status === 400) {
    const isGone = Refusal.safeParse(parseJson(text)).data?.error.status === 'FAILED_PRECONDITION';
    return missing(
      isGone
        ? `${secret} is disabled or destroyed; enable it, or name another version`
        : `Google Cloud does not understand ${secret}; check id and version`,
    );
  }
  if (status >= 500) throw new SourceUnavailableError(`${what}: Google Cloud can't answer now (HTTP ${status})`);
  throw new SourceAnswerError(`${what}: expected a secret, found HTTP ${status}`);
}

function payloadOf(text: string, { what, secret }: Asked): Found {
  const found = Version.safeParse(parseJson(text));
  if (!found.success) throw new SourceAnswerError(`${what}: expected a secret as JSON, found something else`);
  const { data, dataCrc32c: checksum } = found.data.payload;
  const bytes = Buffer.from(data, 'base64');
  if (checksum !== undefined && checksum !== String(crc32c(bytes)))
    throw new SourceAnswerError(`${what}: expected ${secret} as it was sent, found another checksum (CRC-32C)`);
  const value = textOf(bytes);
  if (value !== undefined) return { kind: 'set', value };
  return { kind: 'missing', why: `${what}: expected ${secret} to be text, found bytes that are no UTF-8` };
}
