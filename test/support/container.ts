// Starts the image's tree as a container engine would: the tree is all it sees, read-only, as the image's user without rights, as process 1.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chown, lchown, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImageTree } from './image-tree.ts';
import { type SluiceProcess, spawnProgram } from './sluice-process.ts';

/** $0 is the tree, $1 how it is mounted; the rest is what `unshare` does in it. */
const ENTER = 'mount --bind "$0" "$0" && mount -o "remount,bind,$1" "$0" && shift && exec unshare --pid --fork "$@"';
const BOX = ['--no-new-privs', '--inh-caps=-all', 'unshare', '--mount'];
/** What engines set where the image doesn't. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Namespaces and users of that kind need root on Linux, and more than most containers are given. */
export const hasContainers =
  spawnSync('setpriv', [...BOX, '--pid', '--fork', 'true']).status === 0 && process.getuid?.() === 0;

export interface Container extends SluiceProcess {
  /** `/proc/1/status` of the container, by its keys. */
  status(): Readonly<Record<string, string>>;
}

export interface ContainerOptions {
  /** Instead of the image's CMD. */
  readonly args?: readonly string[];
  /** Instead of the image's ENTRYPOINT. */
  readonly command?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly root?: 'read-only' | 'writable';
}

/** The network is this machine's. */
export function startContainer({ root, image }: ImageTree, options: ContainerOptions = {}): Container {
  const [uid = '', gid = uid] = image.user.split(':');
  const inside = ['--mount-proc=/proc', `--root=${root}`, `--wd=${image.workdir}`, '--setuid', uid, '--setgid', gid];
  const program = [...(options.command ?? image.entrypoint), ...(options.args ?? image.cmd)];
  const mode = options.root === 'writable' ? 'rw' : 'ro';
  const child = spawnProgram('setpriv', [...BOX, 'sh', '-c', ENTER, root, mode, ...inside, ...program], {
    env: { PATH, ...image.env, ...options.env },
  });
  // Process 1, as this machine numbers it. It changes its user, which makes the kernel forget.
  const first = (): number => Number(readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim());
  const kill = (signal: 'SIGKILL' | 'SIGTERM'): Promise<number | undefined> => {
    if (isRunning) process.kill(first(), signal);
    return child.ended;
  };
  let isRunning = true;
  const orphan = (): void => void kill('SIGKILL');
  process.once('exit', orphan);
  const ended = child.ended.finally(() => {
    isRunning = false;
    process.removeListener('exit', orphan);
  });
  return {
    ...child,
    ended,
    kill,
    status() {
      const lines = readFileSync(`/proc/${first()}/status`, 'utf8').trim().split('\n');
      return Object.fromEntries(lines.map((line) => line.split(':\t') as [string, string]));
    },
  };
}

/** Gives the whole tree to the image's user, as nobody should. */
export async function makeWritable({ root, image }: ImageTree): Promise<void> {
  const [uid = 0, gid = uid] = image.user.split(':').map(Number);
  await chown(root, uid, gid);
  for (const path of await readdir(root, { recursive: true })) await lchown(join(root, path), uid, gid);
}
