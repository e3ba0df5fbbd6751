// An agent that is killed takes its containers with it, though nobody starts another one.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { isAlive } from '../support/node-agent-world.ts';

const WATCHDOG = new URL('../../src/sandbox/node-agent/watchdog.ts', import.meta.url).href;

it('leaves no process behind that is on record, and leaves strangers alone', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'node-agent-killed-'));
  const sleepers = [0, 1].map(() => spawn('/bin/sh', ['-c', 'sleep 60 & wait'], { detached: true, stdio: 'ignore' }));
  const [ours, stranger] = sleepers.map((child) => child.pid ?? 0) as [number, number];
  writeFileSync(join(directory, `${ours}.json`), '{}');
  writeFileSync(join(directory, 'agent.json'), '{}');
  const script = `const { startWatchdog } = await import(${JSON.stringify(WATCHDOG)}); startWatchdog(${JSON.stringify(directory)}); console.log('up');`;
  const agent = spawn(process.execPath, ['--input-type=module', '-e', `${script} setInterval(() => {}, 1000);`]);
  try {
    await new Promise((resolve) => agent.stdout.once('data', resolve));
    expect(isAlive(ours)).toBe(true);
    agent.kill('SIGKILL');
    await eventually('the container is gone', () => !isAlive(ours));
    expect(isAlive(stranger)).toBe(true);
  } finally {
    agent.kill('SIGKILL');
    process.kill(-stranger, 'SIGKILL');
    rmSync(directory, { recursive: true });
  }
});
