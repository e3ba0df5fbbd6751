// docs/scalers/: a page for each trigger type, with examples that `sluice validate` has nothing to say against.
import { describe, expect, it } from '@jest/globals';
import { sources } from '../../src/scalers/registry.ts';
import { validate } from '../../src/cli/validate/validate.ts';
import { read } from '../support/source-tree.ts';

const HEADINGS = [
  'Minimal example',
  'Complete example',
  'Parameters',
  'Permission',
  'What a poll costs',
  'When it fails',
] as const;
const never = new AbortController().signal;

/** The page's sections by heading, in order. */
function sectionsOf(type: string): ReadonlyMap<string, string> {
  const [, ...sections] = read(`docs/scalers/${type}.md`).split(/^## /m);
  return new Map(sections.map((section) => [section.split('\n', 1)[0] ?? '', section]));
}

function yamlOf(section: string): readonly string[] {
  return [...section.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = '']) => text);
}

async function* fileOf(text: string) {
  yield { file: 'example.yaml', mode: 'explicit', content: { text } } as const;
}

describe.each(sources.map(({ type, measures }) => [type, measures] as const))('the page of %s', (type, measures) => {
  const sections = sectionsOf(type);

  it('begins with its name and has the sections of every page, in order', () => {
    expect(read(`docs/scalers/${type}.md`)).toMatch(new RegExp(`^# ${type}\n\n\\S`));
    expect([...sections.keys()].filter((heading) => HEADINGS.some((name) => name === heading))).toEqual(HEADINGS);
  });

  it.each(['Minimal example', 'Complete example'] as const)('has a %s that is right', async (heading) => {
    const [text = '', ...more] = yamlOf(sections.get(heading) ?? '');
    expect(more).toEqual([]);
    const reports = await Array.fromAsync(validate(fileOf(text), never));
    const triggers = reports.flatMap((report) => report.triggers);
    expect(triggers.map((trigger) => trigger.type)).toContain(type);
    const problems = reports.flatMap((report) => report.problems.filter(({ severity }) => severity !== 'info'));
    // A Secret in an example is in plain sight on purpose, and what it does not show is not there to be found.
    const expected = ['PLAIN_SECRET', 'MISSING_REFERENCE', 'UNRESOLVED'];
    expect(problems.filter(({ code }) => !expected.includes(code))).toEqual([]);
  });

  it('says what the broker tells in seconds, and where', () => {
    const headings = [...sections.keys()];
    if (measures.length > 0) expect(headings[headings.indexOf('Parameters') + 1]).toBe('scaleOn');
    for (const measure of measures) expect(sections.get('scaleOn')).toContain(`**\`${measure}\`** is `);
  });

  it('says what a failure asks for', () => {
    expect(sections.get('When it fails')).toMatch(/^\| --- \| --- \|$/m);
  });
});
