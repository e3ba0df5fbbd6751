// What may be a name, a label or a key, with the sentences Kubernetes answers when it may not.
import { invalidValue, type StatusCause } from './status.ts';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const DATA_KEY = /^[-._a-zA-Z0-9]+$/;

const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const QUALIFIED_RULE =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const DATA_KEY_RULE =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

export type NameRule = 'label' | 'subdomain' | 'path-segment';

/** Why `name` is not allowed, or nothing. */
function nameProblems(rule: NameRule, name: string): readonly string[] {
  if (rule === 'path-segment') {
    if (name === '.' || name === '..') return [`may not be '${name}'`];
    return ['/', '%'].filter((c) => name.includes(c)).map((c) => `may not contain '${c}'`);
  }
  const longest = rule === 'label' ? 63 : 253;
  const pattern = rule === 'label' ? LABEL : SUBDOMAIN;
  return [
    ...(name.length > longest ? [`must be no more than ${longest} bytes`] : []),
    ...(pattern.test(name) ? [] : [rule === 'label' ? LABEL_RULE : SUBDOMAIN_RULE]),
  ];
}

export function checkName(rule: NameRule, field: string, name: string): readonly StatusCause[] {
  return nameProblems(rule, name).map((why) => invalidValue(field, name, why));
}

/** Labels: keys are `[prefix/]name`, values short and plain. */
export function checkLabels(field: string, labels: Readonly<Record<string, string>>): readonly StatusCause[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...checkQualifiedName(field, key),
    ...(value.length > 63 ? [invalidValue(field, value, 'must be no more than 63 bytes')] : []),
    ...(value === '' || QUALIFIED.test(value) ? [] : [invalidValue(field, value, VALUE_RULE)]),
  ]);
}

export function checkQualifiedName(field: string, key: string): readonly StatusCause[] {
  const slash = key.indexOf('/');
  const prefix = slash < 0 ? undefined : key.slice(0, slash);
  const name = key.slice(slash + 1);
  return [
    ...(prefix === undefined || SUBDOMAIN.test(prefix)
      ? []
      : [invalidValue(field, key, `prefix part ${SUBDOMAIN_RULE}`)]),
    ...(name.length > 63 ? [invalidValue(field, key, 'name part must be no more than 63 bytes')] : []),
    ...(QUALIFIED.test(name) ? [] : [invalidValue(field, key, QUALIFIED_RULE)]),
  ];
}

/** Keys of ConfigMaps and Secrets. */
export function checkDataKey(field: string, key: string): readonly StatusCause[] {
  return DATA_KEY.test(key) && key !== '.' && key !== '..' && key.length <= 253
    ? []
    : [invalidValue(field, key, DATA_KEY_RULE)];
}

const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';

/** generateName and five characters, as Kubernetes makes them (58 of the base are kept). */
export function generatedName(base: string, random: () => number): string {
  const letters = Array.from(
    { length: 5 },
    () => SUFFIX_ALPHABET[Math.floor(random() * SUFFIX_ALPHABET.length)] ?? 'x',
  );
  return `${base.slice(0, 58)}${letters.join('')}`;
}
