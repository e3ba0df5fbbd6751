// What the schema says of an object, in findings; with what today's name is where a field has an old one.
import { type ApiIssue, valueAt } from '../../api/issues.ts';
import type { Kind } from '../../api/kinds.ts';
import { API_VERSION } from '../../api/names.ts';
import { inspect } from '../../api/parse.ts';
import type { PlainObject } from './manifest-file.ts';
import { OUTDATED_FIELDS, OUTDATED_GROUP, OUTDATED_PROVIDERS } from './outdated.ts';
import { parsePath } from './path.ts';
import { error, type Finding, warning } from './report.ts';
import { templateHint } from './templates.ts';

/** An object of KEDA 1's group is judged as if it were of today's, so that all there is to change is told at once. */
export function judgeSchema<K extends Kind>(
  kind: K,
  value: PlainObject,
): { readonly findings: readonly Finding[]; readonly object: ReturnType<typeof inspect<K>>['object'] } {
  const old = String(value['apiVersion']).startsWith(`${OUTDATED_GROUP}/`);
  const { object, errors, warnings } = inspect(kind, old ? { ...value, apiVersion: API_VERSION } : value);
  const group = old
    ? [error('apiVersion', 'OLD_GROUP', `${String(value['apiVersion'])} is KEDA 1's: write ${API_VERSION}`)]
    : [];
  const findings = [
    ...group,
    ...errors.map((issue) => error(issue.field, issue.code, withHint(issue, value))),
    ...warnings.map((issue) => warning(issue.field, issue.code, OUTDATED_FIELDS.get(issue.field) ?? issue.message)),
  ];
  return { findings, object };
}

/** The message with what its value gives away: an old name, a list of alternatives, a template. */
function withHint({ field, message, code }: ApiIssue, value: PlainObject): string {
  const found = code === 'REQUIRED' ? undefined : valueAt(value, parsePath(field));
  if (typeof found !== 'string') return `${message}${templateHint(found)}`;
  const renamed = field.endsWith('podIdentity.provider') ? OUTDATED_PROVIDERS.get(found) : undefined;
  if (renamed !== undefined) return `${message.replace(/: did you mean.*/, '')}: ${renamed}`;
  if (/\w \| \w/.test(found)) return `${message}: these look like alternatives, write one of them`;
  return `${message}${templateHint(found)}`;
}
