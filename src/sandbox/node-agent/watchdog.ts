// Ends the containers of an agent that was killed, at once: the next agent of its directory may come late, or never.
import { spawn } from 'node:child_process';

/** When its standard input ends, as it does with the agent however that one ends, every process on record goes with its group. */
const SCRIPT = 'cat >/dev/null; cd "$0" && for file in [0-9]*.json; do kill -KILL "-${file%.json}"; done';

export interface Watchdog {
  /** When nothing is on record any more. */
  stop(): Promise<void>;
}

/** `directory` is where the process ledger keeps its records, one file `<pid>.json` for each. */
export function startWatchdog(directory: string): Watchdog {
  // In a group of its own: Ctrl-C in a terminal must not end it before the agent.
  const child = spawn('/bin/sh', ['-c', SCRIPT, directory], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  const ended = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('close', () => resolve());
  });
  child.stdin.on('error', () => {});
  return {
    async stop() {
      child.stdin.end();
      await ended;
    },
  };
}
