// The command: its output and its exit code.
import { PassThrough, Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { validateCommand } from '../../../../src/cli/validate/command.ts';
import { scaledObject } from './manifests.ts';

async function run(input: string, ...args: string[]) {
  const stdout = new PassThrough();
  const printed = text(stdout);
  let code = 0;
  const context = {
    stdin: Readable.from([input]),
    stdout,
    signal: new AbortController().signal,
    exitCode: (c: number) => void (code = c),
  };
  await validateCommand(context).parseAsync(['-', ...args], { from: 'user' });
  stdout.end();
  return { printed: await printed, code };
}

const good = scaledObject(
  'scaleTargetRef: { name: consumer }\ntriggers:\n  - { type: redis, metadata: { address: "r:6379", listName: jobs } }',
);
const bad = scaledObject(
  'minReplicas: 1\nscaleTargetRef: { name: consumer }\ntriggers:\n  - { type: redis, metadata: { address: "r:6379" } }',
);

describe('sluice validate', () => {
  it('prints one line for each problem and a summary, and ends with 1', async () =>
    expect(await run(bad)).toEqual({
      printed:
        '<stdin>:6 ScaledObject shop/consumer-scaler spec.minReplicas: warning: unknown field, which would be ignored: did you mean "minReplicaCount"? [UNKNOWN_FIELD]\n' +
        '<stdin>:9 ScaledObject shop/consumer-scaler spec.triggers[0].metadata.listName: is required: set metadata.listName [TRIGGER_PARAMETER]\n' +
        '1 object in 1 file: 1 not good (1 error, 1 warning)\n',
      code: 1,
    }));
  it('prints the summary alone when all is good, and ends with 0', async () =>
    expect(await run(good)).toEqual({ printed: '1 object in 1 file: all good (0 errors, 0 warnings)\n', code: 0 }));
  it('ends with 0 when there are only warnings', async () =>
    expect((await run(good.replace('spec:\n', 'spec:\n  zzz: 1\n'))).code).toBe(0));
  it('prints a JSON array of reports', async () => {
    const { printed, code } = await run(
      `${good}---${bad.replace('consumer-scaler', 'other').replace('name: consumer }', 'name: other }')}`,
      '--output',
      'json',
    );
    const reports = JSON.parse(printed) as Record<string, unknown>[];
    expect(code).toBe(1);
    expect(reports.map(({ ok, triggers }) => [ok, triggers])).toEqual([
      [
        true,
        [
          {
            index: 0,
            type: 'redis',
            name: null,
            metricName: 's0-redis-jobs',
            target: 5,
            metricType: 'AverageValue',
            activation: 0,
          },
        ],
      ],
      [false, []],
    ]);
    expect(reports[0]).toHaveProperty('hpa.spec.maxReplicas', 100);
    expect(reports[1]).toMatchObject({
      file: '<stdin>',
      problems: expect.arrayContaining([
        {
          path: 'spec.minReplicas',
          code: 'UNKNOWN_FIELD',
          severity: 'warning',
          message: expect.any(String),
          line: 14,
          column: 3,
        },
      ]),
    });
  });
  it('takes an input without any object for a slip', async () =>
    expect(await run('# nothing\n')).toEqual({
      printed:
        '<stdin>:1: holds no Kubernetes object [NOT_AN_OBJECT]\n0 objects in 1 file: 1 file not read in full (1 error, 0 warnings)\n',
      code: 1,
    }));
  it('says that there is nothing of its own among the objects of others', async () => {
    const service = 'apiVersion: v1\nkind: Service\nmetadata: { name: a }\n';
    expect(await run(service)).toEqual({
      printed: 'no ScaledObject, ScaledJob or TriggerAuthentication found\n',
      code: 0,
    });
    expect(await run(service, '-o', 'json')).toEqual({ printed: '[]\n', code: 0 });
  });
  it('names no line of a file that cannot be opened', async () =>
    expect(await run('', '/nowhere.yaml', '-o', 'text')).toMatchObject({
      printed: expect.stringMatching(/^[^\n]*\n\/nowhere\.yaml: there is no such file \[CANNOT_READ\]\n/),
      code: 1,
    }));
  it('counts what is not good and what cannot be read apart from each other', async () =>
    expect((await run(`${good}---\n${bad}---\na: [\n`)).printed).toMatch(
      /\n2 objects in 1 file: 1 not good, 1 file not read in full \(.*\)\n$/,
    ));
  it('ends in silence when its reader has seen enough', async () => {
    const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const stdout = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => done(broken) });
    let code = 0;
    const context = {
      stdin: Readable.from([bad]),
      stdout,
      signal: new AbortController().signal,
      exitCode: (c: number) => void (code = c),
    };
    await validateCommand(context).parseAsync(['-'], { from: 'user' });
    expect(code).toBe(1);
  });
  it('shows examples in its help', async () => {
    const stdout = new PassThrough();
    const written: string[] = [];
    const context = { stdin: Readable.from(['']), stdout, signal: new AbortController().signal, exitCode: () => {} };
    const command = validateCommand(context)
      .exitOverride()
      .configureOutput({ writeOut: (line) => void written.push(line) });
    await expect(command.parseAsync(['--help'], { from: 'user' })).rejects.toThrow();
    expect(written.join('')).toContain('helm template my-chart | sluice validate -');
  });
  it('reports a file that is no YAML', async () => {
    const { printed, code } = await run('a: [');
    expect([printed.split('\n')[0], code]).toEqual([
      expect.stringMatching(/^<stdin>:\d+: not YAML: .* \[SYNTAX\]$/),
      1,
    ]);
  });
});
