// `sluice crds`: the CustomResourceDefinitions that this version knows, for kubectl apply.
import { Command } from 'commander';
import { crdFiles } from '../api/crd/files.ts';
import type { CliContext } from './context.ts';

export function crdsCommand({ stdout }: Pick<CliContext, 'stdout'>): Command {
  return new Command('crds')
    .description('Print the CustomResourceDefinitions: sluice crds | kubectl apply --server-side -f -')
    .action(() => {
      for (const text of crdFiles().values()) stdout.write(`---\n${text}`);
    });
}
