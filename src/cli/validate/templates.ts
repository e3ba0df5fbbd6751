// Values that somebody or something is still to fill in: ${NAME}, {{ name }}, <name>.
import { pathText } from '../../api/issues.ts';
import type { PlainObject } from './manifest-file.ts';
import { type Finding, warning } from './report.ts';

/** Shell, Helm and Go templates anywhere; angle brackets only around the whole, for queries compare with them. */
const TEMPLATE = /\$\{|\$\(|\{\{|^<[^<>]*[A-Za-z][^<>]*>$/;
/** A lone variable. Some brokers have names such as $G and $Default, so it counts in the names of Kubernetes only. */
const VARIABLE = /^\$[A-Za-z_]\w*$/;

export const isTemplate = (text: string): boolean => TEMPLATE.test(text.trim());

/** What to append to a message about a value: empty, or that it is still to be filled in. */
export const templateHint = (value: unknown): string =>
  (typeof value === 'string' && (isTemplate(value) || /\$\w/.test(value))) || isBareTemplate(value)
    ? ': this looks like a template that must be filled in first'
    : '';

/** `{{ .name }}` without quotes is YAML too: a mapping whose only key is a mapping. */
const isBareTemplate = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.entries(value).some(([key, member]) => member === null && /^\{.*\}$/.test(key));

/** One warning for the whole object, at the first place. `told`: the paths that an error names already. */
export function judgeTemplates(value: PlainObject, told: ReadonlySet<string>): readonly Finding[] {
  const metadata = (value['metadata'] ?? {}) as PlainObject;
  const spec = (value['spec'] ?? {}) as PlainObject;
  // A Job's own template holds scripts, where ${NAME} is nothing unusual.
  const { jobTargetRef: _, ...rest } = typeof spec === 'object' ? spec : {};
  const { name, namespace } = metadata;
  const places = [...templatesIn({ name, namespace }, ['metadata']), ...templatesIn(rest, ['spec'])].filter(
    ({ path }) => !told.has(path),
  );
  const [first, ...others] = places;
  if (first === undefined) return [];
  const shown = others.slice(0, 3).map(({ path }) => path);
  const more = others.length > shown.length ? ` and ${others.length - shown.length} more` : '';
  const also = others.length === 0 ? '' : `; so do ${shown.join(', ')}${more}`;
  const message = `${JSON.stringify(first.text)} looks like a template that must be filled in first${also}`;
  return [warning(first.path, 'TEMPLATE', message)];
}

function templatesIn(value: unknown, path: readonly (string | number)[]): { path: string; text: string }[] {
  if (typeof value === 'string') {
    const named = path[0] === 'metadata' || path.at(-1) === 'name';
    return isTemplate(value) || (named && VARIABLE.test(value)) ? [{ path: pathText(path), text: value }] : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => templatesIn(item, [...path, index]));
  return Object.entries(value).flatMap(([key, member]) => templatesIn(member, [...path, key]));
}
