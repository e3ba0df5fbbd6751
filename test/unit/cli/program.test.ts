// The command line as such: what every command's help looks like, and the version.
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import type { CliContext } from '../../../src/cli/context.ts';
import { createProgram } from '../../../src/cli/program.ts';
import { version } from '../../../src/version.ts';
import { createFakeClock } from '../../support/clock.ts';

async function printed(...args: readonly string[]): Promise<string> {
  const stdout = new PassThrough();
  const all = text(stdout);
  const context: CliContext = {
    env: {},
    stdin: new PassThrough(),
    stdout,
    stderr: new PassThrough(),
    clock: createFakeClock(),
    random: () => 0,
    signal: new AbortController().signal,
    exitCode: () => {},
  };
  await createProgram(context)
    .parseAsync(args, { from: 'user' })
    .catch(() => {}); // commander throws when it has printed a help.
  stdout.end();
  return all;
}

const COMMANDS = [
  'run',
  'sandbox',
  'demo',
  'validate',
  'doctor',
  'explain',
  'crds',
  'generate',
  'version',
  'completion',
];

describe('the help', () => {
  it('names every command', async () => {
    const help = await printed('--help');
    for (const name of COMMANDS) expect(help).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
  });
  it.each(['', ...COMMANDS])('fits a terminal of 80 columns: sluice %s', async (command) => {
    const help = await printed(...(command === '' ? [] : [command]), '--help');
    expect(help).toContain('Usage: sluice');
    expect(help.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

it.each(['version', '--version', '-V'])('prints the version when asked for it by %s', async (asked) =>
  expect(await printed(asked)).toBe(`sluice ${version}\n`),
);
