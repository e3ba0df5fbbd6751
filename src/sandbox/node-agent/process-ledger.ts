// Which processes are ours, on disk: an agent that was killed finds and ends what it left behind when it starts again.
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pid as ownPid } from 'node:process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { sleep } from '../../async.ts';
import type { Clock } from '../../async.ts';
import { ConfigError } from '../../errors.ts';
import { signalGroup } from './process.ts';

export interface ProcessLedger {
  /** Refuses when another living agent uses the directory; ends the processes of a dead one and says how many there were. */
  takeOver(signal: AbortSignal): Promise<number>;
  record(pid: number): Promise<void>;
  forget(pid: number): Promise<void>;
  /** Lets another agent have the directory. */
  release(): Promise<void>;
}

const Entry = z.object({ pid: z.int().positive(), startedAt: z.string() });
type Entry = z.infer<typeof Entry>;

const AGENT_FILE = 'agent.json';

export function createProcessLedger(directory: string, clock: Clock): ProcessLedger {
  const fileOf = (pid: number): string => join(directory, `${pid}.json`);
  const write = async (file: string, pid: number): Promise<void> => {
    const startedAt = await startTime(pid);
    if (startedAt !== undefined) await writeFile(file, JSON.stringify({ pid, startedAt }), { mode: 0o600 });
  };
  return {
    async takeOver(signal) {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      const other = await readEntry(join(directory, AGENT_FILE));
      if (other && other.pid !== ownPid && (await lives(other))) {
        throw new ConfigError('node agent', [
          { field: 'runDirectory', message: `expected a directory of our own, but process ${other.pid} uses it too` },
        ]);
      }
      await write(join(directory, AGENT_FILE), ownPid);
      let ended = 0;
      for (const name of await readdir(directory)) {
        const file = join(directory, name);
        const entry = name === AGENT_FILE ? undefined : await readEntry(file);
        if (entry && (await lives(entry))) {
          signalGroup(entry.pid, 'SIGKILL');
          ended++;
          while (await lives(entry)) await sleep(clock, 10, signal);
        }
        if (name !== AGENT_FILE) await rm(file, { force: true });
      }
      return ended;
    },
    record: (pid) => write(fileOf(pid), pid),
    forget: (pid) => rm(fileOf(pid), { force: true }),
    release: () => rm(join(directory, AGENT_FILE), { force: true }),
  };
}

async function readEntry(file: string): Promise<Entry | undefined> {
  try {
    return Entry.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Absent, or cut short by a crash in mid-write: it names no process that could be told from a stranger's.
    return undefined;
  }
}

/** A process id alone may have been given to somebody else since; with the start time it is the same process. */
async function lives(entry: Entry): Promise<boolean> {
  return (await startTime(entry.pid)) === entry.startedAt;
}

const run = promisify(execFile);

/** When the process started, in whatever words the system has for it; undefined when it is gone or only waits to be reaped. */
async function startTime(pid: number): Promise<string | undefined> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may hold anything; state is the third field, start time the 22nd.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return startTimeByPs(pid);
  }
}

async function startTimeByPs(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await run('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]);
    const [state = '', ...started] = stdout.trim().split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : started.join(' ');
  } catch {
    return undefined;
  }
}
