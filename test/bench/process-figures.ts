// CPU time and memory of another process, as Linux tells.
import { readFile } from 'node:fs/promises';

/** `getconf CLK_TCK`; a hundred on every Linux that Node runs on. */
const TICK_MS = 10;

/** CPU time that the process has used so far, all threads, user and system. */
export async function cpuMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field is the name, in parentheses, and may hold spaces; after it come fields 3 and up.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

export interface Memory {
  readonly residentBytes: number;
  readonly peakBytes: number;
}

export async function memory(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
  return { residentBytes: field('VmRSS'), peakBytes: field('VmHWM') };
}
