// The command line: `sluice` and its commands.
import { Command } from 'commander';
import { version } from '../version.ts';
import { completionCommand } from './completion.ts';
import type { CliContext } from './context.ts';
import { crdsCommand } from './crds.ts';
import { demoCommand } from './demo/command.ts';
import { doctorCommand } from './doctor/command.ts';
import { explainCommand } from './explain/command.ts';
import { formatItem } from './help-layout.ts';
import { generateCommand } from './generate.ts';
import { runCommand } from './run.ts';
import { sandboxCommand } from './sandbox.ts';
import { validateCommand } from './validate/command.ts';

export function createProgram(context: CliContext): Command {
  const program = new Command('sluice')
    .description('A queue-driven autoscaler for Kubernetes that takes KEDA’s manifests unchanged')
    .version(`sluice ${version}`, '-V, --version', 'print the version')
    .exitOverride()
    .configureHelp({ formatItem })
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    });
  const versionCommand = new Command('version').description('Print the version').action(() => {
    context.stdout.write(`sluice ${version}\n`);
  });
  const commands = [
    runCommand(context),
    sandboxCommand(context),
    demoCommand(context),
    validateCommand(context),
    doctorCommand(context),
    explainCommand(context),
    crdsCommand(context),
    generateCommand(context),
    versionCommand,
    completionCommand(context),
  ];
  for (const command of commands) program.addCommand(command.copyInheritedSettings(program));
  return program;
}
