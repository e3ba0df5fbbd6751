// What counts as a value that is still to be filled in.
import { describe, expect, it } from '@jest/globals';
import { isTemplate, judgeTemplates } from '../../../../src/cli/validate/templates.ts';

describe('isTemplate', () => {
  it.each(['${A}', 'projects/${P}/x', '${A:=b}', '$((x + 1))', '{{ .Values.a }}', '<queue name>', ' <a-b> '])(
    '%s is one',
    (text) => expect(isTemplate(text)).toBe(true),
  );
  it.each(['a', '$G', '$Default', 'x < 5 and y > 3', 'sum(a{b=~"c$"})', '<5>', '<>', 'SELECT 1 WHERE a <> b'])(
    '%s is none',
    (text) => expect(isTemplate(text)).toBe(false),
  );
});

describe('judgeTemplates', () => {
  const judge = (value: Record<string, unknown>, ...told: string[]) =>
    judgeTemplates(value, new Set(told)).map(({ path, message }) => `${path}: ${message}`);
  it('names the first place, three more, and counts the rest', () =>
    expect(
      judge({ metadata: { name: 'a' }, spec: { a: '${A}', b: ['<b>'], c: { d: '{{d}}' }, e: '${E}', f: '${F}' } }),
    ).toEqual([
      'spec.a: "${A}" looks like a template that must be filled in first; so do spec.b[0], spec.c.d, spec.e and 1 more',
    ]));
  it('counts a lone variable in names only', () =>
    expect(judge({ metadata: { namespace: '$NS' }, spec: { triggers: [{ metadata: { account: '$G' } }] } })).toEqual([
      'metadata.namespace: "$NS" looks like a template that must be filled in first',
    ]));
  it('leaves out what an error names, and the scripts of a Job', () =>
    expect(judge({ metadata: { name: '${A}' }, spec: { jobTargetRef: { args: ['${B}'] } } }, 'metadata.name')).toEqual(
      [],
    ));
});
