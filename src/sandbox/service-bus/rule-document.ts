// Reads the rule that a client puts on a subscription.
import { unescapeXml } from '../../scalers/xml-text.ts';
import { CORRELATION_PROPERTIES, type Filter } from './filters.ts';

/** The filter of a RuleDescription, or the sentence that says why it is refused. */
export function readFilter(xml: string): Filter | string {
  const found = /<(?:\w+:)?Filter\b[^>]*?:?type="(?:\w+:)?(\w+)"[^>]*?(?:\/>|>([\s\S]*?)<\/(?:\w+:)?Filter>)/.exec(xml);
  const action = /<(?:\w+:)?Action\b[^>]*?type="(?:\w+:)?(\w+)"/.exec(xml)?.[1] ?? 'EmptyRuleAction';
  if (action !== 'EmptyRuleAction') return `The emulator does not support rule actions (${action}).`;
  const inner = found?.[2] ?? '';
  switch (found?.[1]) {
    case undefined:
    case 'TrueFilter':
      return { type: 'true' };
    case 'FalseFilter':
      return { type: 'false' };
    case 'SqlFilter':
      return readSql(textOf(inner, 'SqlExpression') ?? '');
    case 'CorrelationFilter':
      return readCorrelation(inner);
    default:
      return `The emulator does not know the filter type '${found?.[1]}'.`;
  }
}

function readSql(expression: string): Filter | string {
  if (/^\s*1\s*=\s*1\s*$/.test(expression)) return { type: 'true' };
  if (/^\s*1\s*=\s*0\s*$/.test(expression)) return { type: 'false' };
  return `The emulator evaluates no SQL filters but 1=1 and 1=0; use a CorrelationFilter instead of '${expression}'.`;
}

function readCorrelation(inner: string): Filter {
  const system = Object.keys(CORRELATION_PROPERTIES)
    .map((name) => [name, textOf(inner.replace(/<(?:\w+:)?Properties\b[\s\S]*/, ''), name)] as const)
    .filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  const properties = [...inner.matchAll(/<(?:\w+:)?Key>([^<]*)<\/[^>]*>\s*<(?:\w+:)?Value\b[^>]*>([^<]*)</g)].map(
    ([, key = '', value = '']) => [unescapeXml(key), unescapeXml(value)] as const,
  );
  return { type: 'correlation', system: Object.fromEntries(system), properties: Object.fromEntries(properties) };
}

function textOf(xml: string, name: string): string | undefined {
  const found = new RegExp(`<(?:\\w+:)?${name}\\b[^>]*>([^<]*)</`).exec(xml)?.[1];
  return found === undefined || found === '' ? undefined : unescapeXml(found);
}
