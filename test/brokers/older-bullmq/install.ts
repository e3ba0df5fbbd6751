// Former versions of BullMQ from npm, exactly as their lock file has them; nothing of them runs while they are installed.
import { spawnSync } from 'node:child_process';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';

// `npm ci` wants to see binaries for every platform in the lock file, those that are left out here as well.
export async function installOlderBullMq(directory: string): Promise<void> {
  for (const file of ['package.json', 'package-lock.json']) {
    await copyFile(join(import.meta.dirname, file), join(directory, file));
  }
  const flags = ['--omit=dev', '--omit=optional', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', ['install', '--no-save', ...flags], {
    cwd: directory,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) throw new Error(`expected npm to install older versions of BullMQ, found exit code ${status}`);
}
