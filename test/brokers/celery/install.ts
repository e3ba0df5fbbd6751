// Celery from PyPI in an environment of its own, exactly as the list with its checksums has it; nothing is built.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export async function installCelery(directory: string): Promise<void> {
  run('python3', ['-m', 'venv', directory]);
  const list = join(import.meta.dirname, 'requirements.txt');
  const flags = ['--quiet', '--disable-pip-version-check', '--no-deps', '--only-binary=:all:', '--require-hashes'];
  run(join(directory, 'bin', 'python'), ['-m', 'pip', 'install', ...flags, '-r', list]);
}

function run(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (error) throw error;
  if (status !== 0) throw new Error(`expected ${program} to install Celery, found exit code ${status}`);
}
