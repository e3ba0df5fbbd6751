// Whatever stands in a parameter: it is taken or refused, and nothing else ever comes of it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { ConfigError } from '../../../src/errors.ts';
import type { Recording } from '../../fixtures/keda-answers/question.ts';
import { parseWritten, type Written } from '../../support/written-trigger.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/keda-answers');
const types = readdirSync(FOLDER).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []));

const NUMBERS = ['-1', '1e400', 'NaN', 'Infinity', '0x10', '9223372036854775808', '1'.repeat(400), '5m', '-1s', 'µs'];
const PARTS = ['=', '==', ',', ',,;', '"', "'", '`', '\\', '\\x', '\\UFFFFFFFF', '%', '%zz', '{{', '}}', '[', '(', '*'];
const PATHS = ['#(', '@', '@this|', '..', '.', '!', '|', '{"a":', '[]', '{}'];
const PLACES = ['http://', 'http://[', '://', 'amqp://a:b@', 'amqps://%zz@h', 'a:b:c', '[::1]:', 'unix:', 'Endpoint='];
const TIMES = ['TZ=X * * * * *', '@every 1s', '60 * * * *', '* * * * * *'];
const WORDS = ['', ' ', '\n', '\0', '\ud800', 'é', '🦊', 'null', 'true', '__proto__', 'constructor', 'a'.repeat(3_000)];
const TEXTS = [...NUMBERS, ...PARTS, ...PATHS, ...PLACES, ...TIMES, ...WORDS];

/** What came of it besides, if anything. */
function strangeEnd(type: string, written: Written): unknown {
  try {
    parseWritten(type, written);
    return undefined;
  } catch (error) {
    return error instanceof ConfigError ? undefined : error;
  }
}

it.each(types)('is taken or refused in a trigger of type %s', (type) => {
  const { answers } = JSON.parse(readFileSync(join(FOLDER, `${type}.json`), 'utf8')) as Recording;
  const questions = answers.map(({ question }) => question);
  const { metadata = {}, auth = {}, env = {} } = questions[0] ?? {};
  const parameters = new Set(questions.flatMap((each) => Object.keys({ ...each.metadata, ...each.auth })));
  const ends = [...parameters].flatMap((parameter) =>
    TEXTS.flatMap((text) => [
      { parameter, text, end: strangeEnd(type, { metadata: { ...metadata, [parameter]: text }, auth, env }) },
      { parameter, text, end: strangeEnd(type, { metadata, auth: { ...auth, [parameter]: text }, env }) },
    ]),
  );
  expect(ends.filter(({ end }) => end !== undefined)).toEqual([]);
});
