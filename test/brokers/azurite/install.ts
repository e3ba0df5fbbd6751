// Azurite from npm, exactly as its lock file has it; nothing of it runs while it is installed.
import { spawnSync } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';

export async function installAzurite(directory: string): Promise<void> {
  for (const file of ['package.json', 'package-lock.json']) {
    await copyFile(join(import.meta.dirname, file), join(directory, file));
  }
  const flags = ['--omit=dev', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', ['ci', ...flags], { cwd: directory, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) throw new Error(`expected npm to install Azurite, found exit code ${status}`);
}
