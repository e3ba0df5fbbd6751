// One container's log on disk: a time and a line each, at most two files of a fixed size, readable while it grows.
import { mkdir, open, rename, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../async.ts';

export interface LogOptions {
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly follow?: boolean;
  readonly timestamps?: boolean;
  /** Ends a `follow`. */
  readonly signal: AbortSignal;
}

export interface LogFile {
  /** Adds text; resolves when it is on disk, so that a writer who waits can't outrun the disk. An unfinished line waits for its end, for each `stream` by itself. */
  write(text: string, stream?: string): Promise<void>;
  /** Whole lines, oldest first. With `follow` it goes on until the log is closed or the signal fires. */
  read(options: LogOptions): AsyncIterable<string>;
  /** Ends the last line, and every `follow`. May be called twice. */
  close(): Promise<void>;
}

const LONGEST_LINE = 16 * 1024;
const CHUNK_BYTES = 64 * 1024;

/** `maxBytes` is the size at which the file is moved to `<path>.1`, whose lines are kept until the next move. */
export function createLogFile(path: string, options: { clock: Clock; maxBytes: number }): LogFile {
  const older = `${path}.1`;
  let file: FileHandle | undefined;
  let measured = false;
  let size = 0;
  /** Bytes written before the first byte of the present file: what a reader has read stays valid when files move. */
  let base = 0;
  let olderSize = 0;
  const unfinished = new Map<string, string>();
  let closed = false;
  let tail: Promise<void> = Promise.resolve();
  const waiting = new Set<() => void>();

  /** Finds what an earlier writer left; once. */
  const measure = async (): Promise<void> => {
    if (measured) return;
    measured = true;
    olderSize = await sizeOf(older);
    base = olderSize;
    size = await sizeOf(path);
  };
  const openFile = async (): Promise<FileHandle> => {
    if (file) return file;
    await measure();
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    file = await open(path, 'a', 0o600);
    return file;
  };
  const append = async (lines: readonly string[]): Promise<void> => {
    if (lines.length === 0) return;
    const stamp = new Date(options.clock.now()).toISOString();
    const bytes = Buffer.from(lines.map((line) => `${stamp} ${line}\n`).join(''));
    const target = await openFile();
    if (size > 0 && size + bytes.length > options.maxBytes) {
      await target.close();
      await rename(path, older);
      file = await open(path, 'a', 0o600);
      base += size;
      olderSize = size;
      size = 0;
    }
    await (file ?? target).appendFile(bytes);
    size += bytes.length;
    wake();
  };
  const wake = (): void => {
    for (const go of waiting) go();
    waiting.clear();
  };
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    tail = tail.then(work, work);
    return tail;
  };
  /** Everything from `from` on, and where the next read starts. */
  const readFrom = async (from: number): Promise<{ text: AsyncIterable<string>; next: number }> => {
    let next = from;
    let opened: readonly { handle: FileHandle; start: number; end: number }[] = [];
    // Opened in turn with the writes: a file that is moved afterwards stays the file that was meant.
    await inTurn(async () => {
      await measure();
      next = base + size;
      const parts = [
        { path: older, start: base - olderSize, end: base },
        { path, start: base, end: next },
      ].filter((part) => from < part.end && part.start < part.end);
      opened = await Promise.all(parts.map(async (part) => ({ ...part, handle: await open(part.path, 'r') })));
    });
    return { next, text: textOf(opened, from) };
  };

  return {
    write(text, stream = '') {
      return inTurn(async () => {
        if (closed) return;
        const lines = ((unfinished.get(stream) ?? '') + text).split('\n').flatMap(cutLong);
        unfinished.set(stream, lines.pop() ?? '');
        await append(lines.map((line) => line.replace(/\r$/, '')));
      });
    },
    async *read({ tailLines, sinceSeconds, follow, timestamps, signal }) {
      const since = sinceSeconds === undefined ? '' : new Date(options.clock.now() - sinceSeconds * 1000).toISOString();
      const shown = (line: string): string => (timestamps === true ? line : line.slice(line.indexOf(' ') + 1));
      let { text, next } = await readFrom(0);
      const wanted = (async function* () {
        for await (const line of text) if (line >= since) yield shown(line);
      })();
      yield* tailLines === undefined ? wanted : lastOf(wanted, tailLines);
      while (follow === true && !signal.aborted) {
        if (next === base + size) {
          if (closed) return;
          await changed(waiting, signal);
          continue;
        }
        ({ text, next } = await readFrom(next));
        for await (const line of text) yield shown(line);
      }
    },
    close() {
      return inTurn(async () => {
        if (closed) return;
        await append([...unfinished.values()].filter((line) => line !== ''));
        closed = true;
        await file?.close();
        wake();
      });
    },
  };
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch {
    return 0;
  }
}

async function* textOf(
  parts: readonly { readonly handle: FileHandle; readonly start: number; readonly end: number }[],
  from: number,
): AsyncIterable<string> {
  try {
    for (const { handle, start, end } of parts) yield* linesOf(handle, Math.max(0, from - start), end - start);
  } finally {
    for (const { handle } of parts) await handle.close();
  }
}

function cutLong(line: string): string[] {
  if (line.length <= LONGEST_LINE) return [line];
  const parts: string[] = [];
  for (let at = 0; at < line.length; at += LONGEST_LINE) parts.push(line.slice(at, at + LONGEST_LINE));
  return parts;
}

/** The lines between two byte positions, which are ends of lines. */
async function* linesOf(handle: FileHandle, from: number, to: number): AsyncIterable<string> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let rest: Buffer = Buffer.alloc(0);
  for (let at = from; at < to; ) {
    const { bytesRead } = await handle.read(chunk, 0, Math.min(CHUNK_BYTES, to - at), at);
    if (bytesRead === 0) return;
    at += bytesRead;
    const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    const end = bytes.lastIndexOf(10) + 1;
    yield* bytes.toString('utf8', 0, end).split('\n').slice(0, -1);
    rest = bytes.subarray(end);
  }
}

async function* lastOf(lines: AsyncIterable<string>, count: number): AsyncIterable<string> {
  const last: string[] = [];
  for await (const line of lines) {
    last.push(line);
    if (last.length > count) last.shift();
  }
  yield* last;
}

/** Resolves at the next write, the close, or the abort. */
function changed(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = (): void => {
      waiting.delete(go);
      signal.removeEventListener('abort', go);
      resolve();
    };
    waiting.add(go);
    signal.addEventListener('abort', go, { once: true });
    if (signal.aborted) go();
  });
}
