// What Azure Key Vault answers when it is asked for a secret, and what its refusals mean.
// https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret
import { z } from 'zod';
import { AuthError, SourceAnswerError, SourceUnavailableError } from '../errors.ts';
import type { HttpAnswer } from '../scalers/http.ts';
import { parseJson } from './json.ts';
import type { Found } from './read-secrets.ts';

/** An expired secret is answered with as well: for Azure, and KEDA, the date is advice. */
const Secret = z.object({ value: z.string() });
const Refusal = z.object({
  error: z.object({ code: z.string(), innererror: z.object({ code: z.string() }).optional().catch(undefined) }),
});

/** `what` names the vault in errors, `secret` the secret as it was written, `tenant` the directory whose token was shown, if known. */
export function vaultSecret(
  answer: HttpAnswer,
  { what, secret, tenant }: { readonly what: string; readonly secret: string; readonly tenant?: string | undefined },
): Found {
  const { status, text } = answer;
  const missing = (why: string): Found => ({ kind: 'missing', why: `${what}: ${why}` });
  if (status === 200) {
    const found = Secret.safeParse(parseJson(text));
    if (found.success) return { kind: 'set', value: found.data.value };
    throw new SourceAnswerError(`${what}: expected a secret as JSON, found something else; check vaultUri`);
  }
  if (status === 401) throw new AuthError(`${what}: the vault does not take our token; ${whoseVault(answer, tenant)}`);
  if (status === 403) {
    const why = whyForbidden(text);
    if (why === 'firewall')
      throw new AuthError(`${what}: the firewall of the vault does not let us in; allow the network of our pods`);
    return missing(
      why === 'disabled'
        ? `${secret} is disabled; enable it, or name another version`
        : `we may not read ${secret}; give the identity the role Key Vault Secrets User, or Get in an access policy`,
    );
  }
  if (status === 404) return missing(`there is no ${secret}; check its name and version, and vaultUri`);
  if (status === 400) return missing(`the vault does not understand ${secret}; check its name and version`);
  if (status >= 500) throw new SourceUnavailableError(`${what}: the vault can't answer now (HTTP ${status})`);
  throw new SourceAnswerError(`${what}: expected a secret, found HTTP ${status}; check vaultUri`);
}

/** The vault says to which tenant it belongs: `Bearer authorization="https://login…/TENANT", resource="…"`. */
function whoseVault({ headers }: HttpAnswer, tenant: string | undefined): string {
  const challenge = String(headers?.['www-authenticate'] ?? '');
  const owner = /authorization(?:_uri)?="https:\/\/[\w.-]+\/([\da-f-]{36})"/i.exec(challenge)?.[1];
  if (owner === undefined || owner.toLowerCase() === tenant?.toLowerCase())
    return 'check vaultUri, and the cloud that it is in';
  return `it belongs to the tenant ${owner}${tenant === undefined ? '' : `, and the identity to ${tenant}`}`;
}

function whyForbidden(text: string): 'disabled' | 'firewall' | 'rights' {
  const { data } = Refusal.safeParse(parseJson(text));
  const code = data?.error.innererror?.code ?? data?.error.code ?? '';
  if (code === 'SecretDisabled') return 'disabled';
  return /^ForbiddenBy(Firewall|Connection)$/.test(code) ? 'firewall' : 'rights';
}
