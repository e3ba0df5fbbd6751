// The file tree of the container image, made the way its Dockerfile says, without a container engine.
// Two stand-ins: the packages that are installed here for `npm install`, and this machine's Node and libraries for the base image.
import { execFileSync } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { type Copy, readDockerfile, type Stage } from './dockerfile.ts';
import { read, repositoryRoot } from './source-tree.ts';
import { scratchDirectory } from './scratch.ts';

export interface ImageTree {
  readonly root: string;
  /** Its last stage: user, entry point, environment. */
  readonly image: Stage;
  /** Its own files, without those of the base image: `/app/dist/sluice.js` with their sizes in bytes. */
  readonly files: ReadonlyMap<string, number>;
  /** What a volume would bring. */
  mount(path: string, content: string): Promise<void>;
  /** Every file and directory that is there now. */
  list(): Promise<readonly string[]>;
  remove(): Promise<void>;
}

export async function assembleImage(): Promise<ImageTree> {
  const directory = await scratchDirectory('image');
  const stages = readDockerfile(read('Dockerfile'));
  const roots = new Map<string, string>();
  for (const [i, stage] of stages.entries()) {
    const name = stage.name ?? String(i);
    const root = join(directory, name);
    await mkdir(join(root, stage.workdir), { recursive: true });
    for (const step of stage.steps) {
      if ('copy' in step) await copy(step.copy, root, stage.workdir, roots);
      else await run(step.run, join(root, stage.workdir));
    }
    roots.set(name, root);
  }
  const image = stages.at(-1);
  const root = [...roots.values()].at(-1);
  if (!image || !root) throw new Error('Dockerfile: there is no stage');
  const files = new Map(await sizes(root));
  await addBase(root, image);
  return {
    root,
    image,
    files,
    async mount(path, content) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    },
    list: async () => (await readdir(root, { recursive: true })).toSorted(),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

async function copy(step: Copy, root: string, workdir: string, roots: ReadonlyMap<string, string>): Promise<void> {
  const origin = step.from === undefined ? repositoryRoot : roots.get(step.from);
  if (origin === undefined) throw new Error(`Dockerfile: there is no stage ${step.from}`);
  const target = join(root, posix.resolve(workdir, step.target));
  for (const source of step.sources) {
    const from = join(origin, source);
    // A directory means what is in it; a target that ends with a slash is a directory.
    const isInto = step.target.endsWith('/') && !(await stat(from)).isDirectory();
    await cp(from, isInto ? join(target, basename(source)) : target, { recursive: true });
  }
}

async function run(command: string, cwd: string): Promise<void> {
  if (command.startsWith('npm install '))
    return symlink(join(repositoryRoot, 'node_modules'), join(cwd, 'node_modules'));
  const [program, ...args] = command.split(/\s+/);
  if (program !== 'node') throw new Error(`Dockerfile: "RUN ${command}" is neither npm install nor node`);
  execFileSync(process.execPath, args, {
    cwd,
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

async function sizes(root: string): Promise<readonly (readonly [string, number])[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(paths.map(async (path) => [path.slice(root.length), (await stat(path)).size] as const));
}

/** What a distroless Node holds of importance: Node, the libraries it is linked with, the user; and what an engine adds. */
async function addBase(root: string, { entrypoint }: Stage): Promise<void> {
  const node = entrypoint[0];
  if (node === undefined) throw new Error('Dockerfile: ENTRYPOINT is missing');
  const linked = [
    ...execFileSync('ldd', [process.execPath])
      .toString()
      .matchAll(/(\/\S+) \(0x/g),
  ];
  const copies = [[process.execPath, node], ...linked.map(([, path = '']) => [path, path])];
  for (const [from = '', to = ''] of copies) {
    await mkdir(dirname(join(root, to)), { recursive: true });
    await copyFile(from, join(root, to));
  }
  await Promise.all(['etc', 'proc', 'tmp'].map((name) => mkdir(join(root, name), { recursive: true })));
  await writeFile(join(root, 'etc/passwd'), 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n');
  await writeFile(join(root, 'etc/hosts'), '127.0.0.1 localhost\n::1 localhost\n');
  await chmod(join(root, 'tmp'), 0o1777);
}
