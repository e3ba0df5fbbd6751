// Shell completion, made from the commands themselves.
import { Argument, Command } from 'commander';
import type { CliContext } from './context.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export function completionCommand(context: CliContext): Command {
  const command = new Command('completion').description('Print a completion script: source <(sluice completion bash)');
  return command
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .action((shell: (typeof SHELLS)[number]) => {
      const root = command.parent ?? command;
      const words = (c: Command): string[] => c.options.flatMap((o) => (o.long ? [o.long] : []));
      const commands = root.commands.map((c) => ({ name: c.name(), summary: c.description(), words: words(c) }));
      context.stdout.write(SCRIPTS[shell](commands));
    });
}

interface Described {
  readonly name: string;
  readonly summary: string;
  readonly words: readonly string[];
}

const bash = (commands: readonly Described[]): string =>
  [
    '_sluice() {',
    '  local cur=${COMP_WORDS[COMP_CWORD]}',
    '  case "${COMP_WORDS[1]}" in',
    ...commands.map((c) => `    ${c.name}) COMPREPLY=($(compgen -f -W '${c.words.join(' ')}' -- "$cur")) ;;`),
    `    *) COMPREPLY=($(compgen -W '${commands.map((c) => c.name).join(' ')}' -- "$cur")) ;;`,
    '  esac',
    '}',
    'complete -F _sluice sluice',
    '',
  ].join('\n');

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], (commands: readonly Described[]) => string>> = {
  bash,
  zsh: (commands) => `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`,
  fish: (commands) =>
    commands
      .flatMap((c) => [
        `complete -c sluice -n __fish_use_subcommand -f -a ${c.name} -d '${c.summary.replaceAll("'", "\\'")}'`,
        ...c.words.map((w) => `complete -c sluice -n '__fish_seen_subcommand_from ${c.name}' -l ${w.slice(2)}`),
      ])
      .join('\n')
      .concat('\n'),
};
