// The fields of Kubernetes' built-in kinds. Each line of the table is a Go type and its JSON fields, as
// `<name>:<protobuf number> <type> <flags>`: facts read from the types and tags of k8s.io/api, apimachinery, apiextensions
// and kube-aggregator v0.36.3. A type is a scalar or another line; `[]` is a list, `{}` a map; a leading dot says inline.
import { coreFields } from './fields-core.ts';
import { groupFields } from './fields-groups.ts';

/** One field. `of` names another type of the table for messages. */
export interface Field {
  readonly name: string;
  /** The protobuf field number. */
  readonly number: number;
  readonly shape: 'single' | 'list' | 'map' | 'map-of-lists';
  readonly of: string;
  /** Its members belong to the parent in JSON, although it is a message of its own in protobuf. */
  readonly inline: boolean;
  readonly required: boolean;
  /** A pointer in Go: its zero value is a value, not an absence. */
  readonly optional: boolean;
  readonly set: boolean;
  readonly atomic: boolean;
  readonly listKeys: readonly string[] | undefined;
  readonly patchStrategy: string | undefined;
  readonly patchMergeKey: string | undefined;
}

const table = new Map(
  `${coreFields}${groupFields}`
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]),
);
const parsed = new Map<string, readonly Field[]>();

/** The fields of a type such as `apps.v1.DeploymentSpec`, or undefined when `type` is a scalar. */
export function fieldsOf(type: string): readonly Field[] | undefined {
  const known = parsed.get(type);
  if (known) return known;
  const line = table.get(type);
  if (line === undefined) return undefined;
  const fields = line.split('|').flatMap((field) => {
    const colon = field.indexOf(':');
    return colon < 0 ? [] : [parseField(field.slice(0, colon), field.slice(colon + 1))];
  });
  parsed.set(type, fields);
  return fields;
}

function parseField(name: string, code: string): Field {
  const [number, type = '', ...flags] = code.split(' ');
  const valueOf = (flag: string): string | undefined =>
    flags.find((f) => f.startsWith(`${flag}=`))?.slice(flag.length + 1);
  const [patchStrategy, patchMergeKey] = valueOf('patch')?.split(':') ?? [];
  return {
    name: name.replace(/^\./, ''),
    number: Number(number),
    shape: type.startsWith('[]')
      ? 'list'
      : type.startsWith('{}<>')
        ? 'map-of-lists'
        : type.startsWith('{}')
          ? 'map'
          : 'single',
    of: type.replace(/^(\[\]|\{\}<>|\{\}|<>)+/, ''),
    inline: name.startsWith('.'),
    required: flags.includes('required'),
    optional: flags.includes('ptr'),
    set: flags.includes('set'),
    atomic: flags.includes('atomic'),
    listKeys: valueOf('keys')?.split('+'),
    patchStrategy,
    patchMergeKey,
  };
}
