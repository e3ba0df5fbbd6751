// The logs of a pod's containers: one file for each start, the last two kept, found again after a restart of the agent.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../async.ts';
import { createLogFile } from './log-file.ts';
import type { LogFile } from './log-file.ts';

export interface ContainerLogs {
  /** The file for this start of the container; files of starts before the last one are removed. */
  open(container: string, restartCount: number): LogFile;
  /** The newest file, or with `previous` the one before it; undefined when there is none. */
  find(container: string, previous: boolean): Promise<LogFile | undefined>;
}

export function createContainerLogs(directory: string, options: { clock: Clock; maxBytes: number }): ContainerLogs {
  const current = new Map<string, { readonly restartCount: number; readonly file: LogFile }>();
  const folder = (container: string): string => join(directory, container);
  const path = (container: string, restartCount: number): string => join(folder(container), `${restartCount}.log`);
  return {
    open(container, restartCount) {
      const known = current.get(container);
      if (known?.restartCount === restartCount) return known.file;
      const file = createLogFile(path(container, restartCount), options);
      current.set(container, { restartCount, file });
      for (const suffix of ['', '.1']) {
        rm(`${path(container, restartCount - 2)}${suffix}`, { force: true }).catch(() => {});
      }
      return file;
    },
    async find(container, previous) {
      const known = current.get(container);
      if (known && !previous) return known.file;
      const starts = await startsOnDisk(folder(container));
      const wanted = previous ? (known ? known.restartCount - 1 : starts.at(-2)) : starts.at(-1);
      if (wanted === undefined || !starts.includes(wanted)) return undefined;
      const file = createLogFile(path(container, wanted), options);
      await file.close();
      return file;
    },
  };
}

async function startsOnDisk(folder: string): Promise<readonly number[]> {
  const names = await readdir(folder).catch((): string[] => []);
  return names
    .map((name) => /^(\d+)\.log$/.exec(name)?.[1])
    .filter((n) => n !== undefined)
    .map(Number)
    .sort((a, b) => a - b);
}
