// Credentials that stand in a manifest for everybody to read.
import { pathText } from '../../api/issues.ts';
import { type Finding, warning } from './report.ts';
import { isTemplate } from './templates.ts';

/** Ends of keys whose values are credentials; a key such as passwordFromEnv only names a variable. */
const SECRET_KEY = /(password|passwd|apikey|accesskey|secretkey|sharedkey|querykey|clientsecret|token)$/i;

/** Never shows the value. */
export function judgePlainSecrets(index: number, metadata: Readonly<Record<string, string>>): readonly Finding[] {
  return Object.entries(metadata).flatMap(([key, text]) => {
    if (!isCredential(key, text)) return [];
    const message = 'holds a credential for everybody to read: give it in a Secret, by a TriggerAuthentication';
    return [warning(pathText(['spec', 'triggers', index, 'metadata', key]), 'PLAIN_SECRET', message)];
  });
}

function isCredential(key: string, text: string): boolean {
  if (text.trim() === '' || isTemplate(text)) return false;
  if (SECRET_KEY.test(key) || /(^|;)\s*(SharedAccessKey|AccountKey|password)=[^;]/i.test(text)) return true;
  return /^[a-z][a-z0-9+.-]*:\/\/[^/@\s]*:[^/@\s]+@/i.test(text);
}
