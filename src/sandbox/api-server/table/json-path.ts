// The JSONPath of printer columns: members, indices, wildcards and equality filters such as `[?(@.type=="Ready")]`.
import { at, isList, isObject, type Json, plainText } from '../object.ts';

type Step = (values: readonly Json[]) => readonly Json[];

const TOKEN =
  /\.(?<member>[\w$-]+(?:\\\.[\w$-]+)*)|\[(?<index>-?\d+)\]|(?<any>\[\*\]|\.\*)|\['(?<quoted>[^']*)'\]|\["(?<double>[^"]*)"\]|\[\?\(\s*@\.(?<key>[\w.-]+)\s*(?:(?<op>==|!=)\s*(?<value>"[^"]*"|'[^']*'|[^\s)]+)\s*)?\)\]/y;

/** A function from an object to everything the path finds in it; a path that can't be read finds nothing. */
export function compileJsonPath(path: string): (object: Json) => readonly Json[] {
  const steps = parse(path.replace(/^\{(.*)\}$/, '$1').replace(/^\$/, ''));
  return (object) => steps?.reduce<readonly Json[]>((found, step) => step(found), [object]) ?? [];
}

function parse(path: string): readonly Step[] | undefined {
  const text = path.startsWith('.') || path.startsWith('[') ? path : `.${path}`;
  const steps: Step[] = [];
  TOKEN.lastIndex = 0;
  for (let read = 0; read < text.length; read = TOKEN.lastIndex) {
    const groups = TOKEN.exec(text)?.groups;
    if (!groups) return undefined;
    steps.push(stepOf(groups));
  }
  return steps;
}

function stepOf(groups: Readonly<Record<string, string | undefined>>): Step {
  const { member, index, any, quoted, double, key, op, value } = groups;
  const name = member?.replaceAll('\\.', '.') ?? quoted ?? double;
  if (name !== undefined) return (values) => present(values.map((v) => at(v, name)));
  if (index !== undefined) return (values) => present(values.map((v) => (isList(v) ? v.at(Number(index)) : undefined)));
  if (any !== undefined) return (values) => values.flatMap(childrenOf);
  const wanted = value?.replace(/^(["'])(.*)\1$/, '$2');
  const path = (key ?? '').split('.');
  return (values) =>
    values.flatMap(childrenOf).filter((child) => {
      const found = at(child, ...path);
      if (op === undefined) return found !== undefined;
      return (found !== undefined && plainText(found) === wanted) === (op === '==');
    });
}

function childrenOf(value: Json): readonly Json[] {
  if (isList(value)) return value;
  return isObject(value) ? present(Object.values(value)) : [];
}

function present(values: readonly (Json | undefined)[]): readonly Json[] {
  return values.filter((value) => value !== undefined);
}
