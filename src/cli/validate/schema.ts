// What the schema says of an object, in findings; with what today's name is where a field has an old one.
import { type ApiIssue, valueAt } from '../../api/issues.ts';
import type { Kind } from '../../api/kinds.ts';
import { API_VERSION } from '../../api/names.ts';
import { inspect } from '../../api/parse.ts';
import type { FieldIssue } from '../../errors.ts';
import type { PlainObject } from './manifest-file.ts';
import { OUTDATED_FIELDS, OUTDATED_GROUP, OUTDATED_PROVIDERS } from './outdated.ts';
import { parsePath, type Path } from './path.ts';
import { error, type Finding, warning } from './report.ts';
import { templateHint } from './templates.ts';

export interface SchemaVerdict<K extends Kind> {
  readonly findings: readonly Finding[];
  /** There when nothing is wrong with it. */
  readonly object: ReturnType<typeof inspect<K>>['object'];
  /** The object, or what is left of it without what is wrong; undefined where that is no object any more. */
  readonly rest: ReturnType<typeof inspect<K>>['object'];
  /** Whether a finding about `rest` can be believed: it speaks of nothing that was left out. */
  readonly isCertain: (finding: FieldIssue) => boolean;
}

/** An object of KEDA 1's group is judged as if it were of today's, so that all there is to change is told at once. */
export function judgeSchema<K extends Kind>(kind: K, value: PlainObject): SchemaVerdict<K> {
  const old = String(value['apiVersion']).startsWith(`${OUTDATED_GROUP}/`);
  const today = old ? { ...value, apiVersion: API_VERSION } : value;
  const { object, errors, warnings } = inspect(kind, today);
  const group = old
    ? [error('apiVersion', 'OLD_GROUP', `${String(value['apiVersion'])} is KEDA 1's: write ${API_VERSION}`)]
    : [];
  const findings = [
    ...group,
    ...errors.map((issue) => error(issue.field, issue.code, withHint(issue, value))),
    ...warnings.map((issue) => warning(issue.field, issue.code, OUTDATED_FIELDS.get(issue.field) ?? issue.message)),
  ];
  if (object !== undefined) return { findings, object, rest: object, isCertain: () => true };
  const wrong = errors.map(({ field }) => parsePath(field));
  const { object: rest } = inspect(kind, wrong.reduce<unknown>(without, today));
  const names = wrong.map((path) => String(path.at(-1)));
  const isCertain = ({ field, message }: FieldIssue): boolean =>
    !errors.some((issue) => field.startsWith(issue.field)) && !names.some((name) => message.includes(name));
  return { findings, object, rest, isCertain };
}

/** A copy without the field of a mapping; an item of a list stays, so that those after it keep their place. */
function without(value: unknown, [step, ...below]: Path): unknown {
  if (step === undefined || typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return value;
  const member = (value as Record<string | number, unknown>)[step];
  if (Array.isArray(value)) return below.length === 0 ? value : value.with(Number(step), without(member, below));
  const { [step]: _, ...others } = value as Record<string | number, unknown>;
  return below.length === 0 ? others : { ...others, [step]: without(member, below) };
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
