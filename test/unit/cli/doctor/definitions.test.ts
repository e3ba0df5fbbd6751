import { describe, expect, it } from '@jest/globals';
import { crd } from '../../../../src/api/crd/definitions.ts';
import { type Kind, kinds } from '../../../../src/api/kinds.ts';
import { checkDefinitions, fieldsMissing } from '../../../../src/cli/doctor/definitions.ts';
import { createMemoryKube } from '../../../support/memory-kube.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../../../src/kube/resources.ts';

const object = (properties: object) => ({ type: 'object', properties }) as never;
const text = { type: 'string' };

describe('fields that a definition does not know', () => {
  it.each<[string, never, never, readonly string[]]>([
    ['none', object({ a: text }), object({ a: text, b: text }), []],
    ['one', object({ a: text, b: text }), object({ a: text }), ['b']],
    ['the root of a subtree', object({ a: object({ b: text }) }), object({}), ['a']],
    ['one within', object({ a: object({ b: text, c: text }) }), object({ a: object({ c: text }) }), ['a.b']],
    [
      'one of the items of a list',
      object({ list: { type: 'array', items: object({ a: text, b: text }) } }),
      object({ list: { type: 'array', items: object({ a: text }) } }),
      ['list[].b'],
    ],
    [
      'none where everything is kept',
      object({ a: object({ b: text }) }),
      object({ a: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }),
      [],
    ],
    [
      'none where any key is known',
      object({ a: object({ b: text }) }),
      object({ a: { type: 'object', additionalProperties: text } }),
      [],
    ],
  ])('are %s', (_what, wanted, found, missing) => {
    expect(fieldsMissing(wanted, found)).toEqual(missing);
  });

  it('are none of our own definition', () => {
    const schema = crd('ScaledObject').spec.versions[0]?.schema.openAPIV3Schema ?? {};
    expect(fieldsMissing(schema, schema)).toEqual([]);
  });
});

describe('a definition that is missing', () => {
  it('is a problem where nothing is scaled without it, and a warning where nothing is told', async () => {
    const { signal } = new AbortController();
    const client = createMemoryKube();
    for (const kind of ['ScaledJob', 'TriggerAuthentication', 'ClusterTriggerAuthentication'] as const) {
      await client.create(CUSTOM_RESOURCE_DEFINITIONS, crd(kind), { signal });
    }
    const found: string[] = [];
    for await (const { verdict, message, mend } of checkDefinitions({ client, signal } as never)) {
      if (verdict !== 'ok') found.push(`${verdict} ${message} (${mend})`);
    }
    const mend = 'sluice crds | kubectl apply --server-side -f -';
    const missing = (verdict: string, kind: Kind): string =>
      `${verdict} ${kinds[kind].resource.plural}.${kinds[kind].resource.group} is missing: no ${kind} can exist (${mend})`;
    expect(found).toEqual([
      missing('problem', 'ScaledObject'),
      missing('warning', 'CloudEventSource'),
      missing('warning', 'ClusterCloudEventSource'),
    ]);
  });
});
