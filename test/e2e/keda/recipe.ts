// The commands of docs/migrating-from-keda.md, read from the page and run as they stand there.
import { spawn } from 'node:child_process';
import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from '../control-plane/build.ts';
import type { ControlPlane } from '../control-plane/control-plane.ts';
import { repositoryRoot } from '../../support/source-tree.ts';

/** The commands in every `sh` block below a heading, up to the next heading of its level; a backslash joins lines. */
export async function commandsUnder(...headings: readonly string[]): Promise<readonly string[]> {
  let text = await readFile(join(repositoryRoot, 'docs/migrating-from-keda.md'), 'utf8');
  for (const heading of headings) {
    const start = text.indexOf(`\n${heading}\n`);
    if (start < 0) throw new Error(`docs/migrating-from-keda.md has no heading ${heading}`);
    const level = heading.slice(0, heading.indexOf(' '));
    const rest = text.slice(start + heading.length + 2);
    const end = rest.search(new RegExp(`^#{2,${level.length}} `, 'm'));
    text = `\n${end < 0 ? rest : rest.slice(0, end)}`;
  }
  const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block = '']) => block);
  return blocks.flatMap((block) => block.replaceAll(/\\\n\s*/g, '').split('\n')).filter((line) => line !== '');
}

/** Where a person stands who follows the page: kubectl and helm on the path, the repository's charts/ and deploy/ at hand. */
export interface Desk {
  readonly directory: string;
  /** Resolves to what it printed; rejects with all of it when it fails. */
  run(command: string): Promise<string>;
}

export async function sitDown(plane: ControlPlane): Promise<Desk> {
  const directory = join(plane.directory, 'desk');
  await mkdir(directory);
  for (const name of ['charts', 'deploy']) await symlink(join(repositoryRoot, name), join(directory, name));
  const helm = await build('helm', (line) => process.stderr.write(`${line}\n`));
  const kubectl = plane.kubectl.slice(0, plane.kubectl.lastIndexOf('/'));
  const env = {
    PATH: `${kubectl}:${helm}:${process.env['PATH']}`,
    HOME: directory,
    KUBECONFIG: plane.kubeconfig,
  };
  return {
    directory,
    async run(command) {
      const child = spawn('bash', ['-euo', 'pipefail', '-c', command], {
        cwd: directory,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let text = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk));
      const code = await new Promise((resolve) => child.once('close', resolve));
      if (code !== 0) throw new Error(`this command of the page ended with ${String(code)}: ${command}\n${text}`);
      return text;
    },
  };
}
