// Turns an option table (src/config.ts) into flags with --help.
import { type Command, Option } from 'commander';

interface TableEntry {
  readonly flag: string;
  readonly value?: string;
  readonly env: string;
  readonly default: string;
  readonly describe: string;
}

/** Values arrive as text under the table's names; a switch may stand alone, take =true or =false, or be negated with --no-. */
export function addOptions(command: Command, table: Readonly<Record<string, TableEntry>>): Command {
  for (const [name, entry] of Object.entries(table)) {
    const notes = [`env ${entry.env}`, ...(entry.default === '' ? [] : [`default ${entry.default}`])].join(', ');
    const flags = `${entry.flag} ${entry.value ? `<${entry.value}>` : '[true|false]'}`;
    const option = new Option(flags, `${entry.describe} (${notes})`);
    option.attributeName = () => name;
    command.addOption(option);
    if (entry.value === undefined) {
      const off = new Option(`--no-${entry.flag.slice(2)}`).hideHelp();
      off.attributeName = () => name;
      command.addOption(off);
    }
  }
  return command;
}
