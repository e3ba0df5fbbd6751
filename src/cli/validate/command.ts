// `sluice validate FILE|DIR…`: says what is wrong with manifests before a cluster sees them.
import { once } from 'node:events';
import { Command, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { inputFiles } from './input-files.ts';
import { createOutput, type OutputFormat } from './output.ts';
import { validate } from './validate.ts';

type Io = Pick<CliContext, 'stdin' | 'stdout' | 'signal' | 'exitCode'>;

const EXAMPLES = `
Says for each problem where it is, what was expected and what to do. An error
makes the exit code 1; a warning is probably not what was meant, an info is
worth knowing. No cluster is asked.

Examples:
  sluice validate scaledobject.yaml
  sluice validate k8s/ -o json
  helm template my-chart | sluice validate -
  kubectl get so,sj,ta,cta -A -o yaml | sluice validate -
`;

/** Ends with exit code 1 when there are errors; warnings leave it 0. */
export function validateCommand({ stdin, stdout, signal, exitCode }: Io): Command {
  return new Command('validate')
    .description('Check KEDA manifests: schemas, trigger parameters, references between the files, misspelt keys')
    .argument('<path...>', 'files, directories (every *.yaml, *.yml, *.json in them), or - for standard input')
    .addOption(
      new Option('-o, --output <format>', 'how to print what was found').choices(['text', 'json']).default('text'),
    )
    .addHelpText('after', EXAMPLES)
    .action(async (paths: readonly string[], options: { readonly output: OutputFormat }) => {
      const output = createOutput(options.output);
      const reader = watchReader(stdout);
      const write = async (text: string): Promise<void> => {
        if (text !== '' && !stdout.write(text) && !reader.isGone()) await drained(stdout, signal);
      };
      let ok = true;
      for await (const report of validate(inputFiles(paths, stdin), signal)) {
        ok &&= report.ok;
        if (reader.isGone()) break;
        await write(output.add(report));
      }
      if (!ok) exitCode(1);
      if (!reader.isGone()) await write(output.end());
    });
}

const isBrokenPipe = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPIPE';

/** `sluice validate … | head`: a reader that has seen enough is no failure. Other errors of the stream stay errors. */
function watchReader(stdout: NodeJS.WritableStream): { isGone(): boolean } {
  let gone = false;
  stdout.on('error', (error) => {
    if (!isBrokenPipe(error)) throw error;
    gone = true;
  });
  return { isGone: () => gone };
}

async function drained(stdout: NodeJS.WritableStream, signal: AbortSignal): Promise<void> {
  try {
    await once(stdout, 'drain', { signal });
  } catch (thrown) {
    if (!isBrokenPipe(thrown)) throw thrown;
  }
}
