// Whoever writes a trigger chooses its parameters, and which key of a Secret fills which of them: no text of a Secret is told, whatever
// it is put in the place of, and no name means anything but itself.
import { describe, expect, it, jest } from '@jest/globals';
import { ConfigError } from '../../../src/errors.ts';
import { sources } from '../../../src/scalers/registry.ts';
import type { TriggerInput, TriggerSource } from '../../../src/scalers/scaler.ts';

// Every parameter of every type is tried, beside a busy machine's other work.
jest.setTimeout(30_000);

const SECRETS = [
  'hunter2',
  'hunter2:x y',
  'https://hunter2:hunter2@hunter2/hunter2?hunter2#hunter2',
  'amqp://hunter2:hunter2@localhost:hunter2/hunter2',
  'hunter2;Endpoint=sb://hunter2;SharedAccessKey=hunter2',
  '{"hunter2": hunter2}',
];
const NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];

/** Everything that is said of what was written; a trigger that is good has names that its author chose. */
function told(type: TriggerSource, written: Partial<TriggerInput>): string {
  const owner = { namespace: 'shop', name: 'orders' };
  try {
    return JSON.stringify(type.parse({ metadata: {}, auth: {}, env: {}, owner, ...written }).warnings);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
}

describe.each(sources.map((source) => [source.type, source] as const))('a trigger of type %s', (_type, source) => {
  const fields = source.fields.filter(({ sources }) => sources.some((from) => from !== 'metadata'));
  const plain = Object.fromEntries(source.fields.map(({ name }) => [name, 'x']));

  it('tells no secret, whatever it is given for', () => {
    for (const { name, sources: from } of fields) {
      for (const secret of SECRETS) {
        for (const others of [{}, plain]) {
          const metadata = Object.fromEntries(Object.entries(others).filter(([key]) => key !== name));
          const fromEnv = { ...metadata, [`${name}FromEnv`]: 'A' };
          if (from.includes('auth'))
            expect(told(source, { metadata, auth: { [name]: secret } })).not.toContain('hunter2');
          if (from.includes('env'))
            expect(told(source, { metadata: fromEnv, env: { A: secret } })).not.toContain('hunter2');
        }
      }
    }
  });

  it('takes no name for more than a name', () => {
    for (const name of NAMES) {
      const text = JSON.stringify({ [name]: 'x', ...plain }).replace('"x"', '"polluted"');
      const metadata = JSON.parse(text) as Record<string, string>;
      const fromEnv = Object.fromEntries(source.fields.map((field) => [`${field.name}FromEnv`, name]));
      expect(() => told(source, { metadata })).not.toThrow();
      expect(() => told(source, { metadata: fromEnv })).not.toThrow();
      expect(() => told(source, { metadata, auth: metadata, env: metadata })).not.toThrow();
    }
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});
