// From a container of a pod to the program that stands for it: what to run, where, and with which environment.
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import type { ReadConfigData } from './config-data.ts';
import { containerEnvironment, expand } from './environment.ts';
import { findImage } from './image-table.ts';
import type { ImageEntry, ImageTable } from './image-table.ts';
import { LaunchRefused } from './launch-refused.ts';
import type { Container, Handler, Pod } from './pod.ts';
import { portVariables } from './ports.ts';
import { accountVariables, SERVICE_ACCOUNT_MOUNT } from './service-account.ts';
import type { ProcessSpec } from './process.ts';
import { volumeVariable, volumeVariables } from './volumes.ts';

export interface LaunchContext {
  readonly pod: Pod;
  readonly images: ImageTable;
  /** What every container gets, for example PATH; nothing else of the agent's environment reaches a container. */
  readonly baseEnv: Readonly<Record<string, string>>;
  readonly sidecarEnv: Readonly<Record<string, string>>;
  readonly ports: ReadonlyMap<number, number>;
  readonly capacity: Readonly<Record<string, string>>;
  readonly volumeDirectory: string;
  /** Where a program without an image's directory starts. */
  readonly podDirectory: string;
  readonly apiServer: string | undefined;
  readonly read: ReadConfigData;
}

export interface Launch extends ProcessSpec {
  /** What works otherwise than on a real node; each becomes a Warning Event. */
  readonly warnings: readonly string[];
}

/** Throws LaunchRefused when the container can't start as it stands. */
export async function prepareLaunch(container: Container, context: LaunchContext): Promise<Launch> {
  refuseUnsupported(container);
  const image = findImage(context.images, container.image ?? '');
  const own = await containerEnvironment({
    ...context,
    container,
    given: {
      ...portVariables(container, context.ports),
      ...context.sidecarEnv,
      ...volumeVariables(context.volumeDirectory, container),
      ...(await accountVariables(container, context)),
    },
  });
  const env: Record<string, string> = {
    HOSTNAME: context.pod.metadata.name,
    ...context.baseEnv,
    ...image?.env,
    ...own,
  };
  const warnings: string[] = [];
  const directory = await startDirectory(container, image, context, warnings);
  const command = (container.command ?? []).map((word) => expand(word, own));
  const program = command.length > 0 ? command : (image?.entrypoint ?? []);
  if (!image && !(await isProgram(program[0] ?? '', directory, env.PATH ?? ''))) {
    throw new LaunchRefused('ErrImageNeverPull', unknownImage(container, program[0]));
  }
  warnings.push(...(await unmounted(container)));
  return { argv: [...program, ...(container.args ?? []).map((word) => expand(word, own))], directory, env, warnings };
}

async function unmounted(container: Container): Promise<string[]> {
  const warnings: string[] = [];
  for (const { name, mountPath } of container.volumeMounts ?? []) {
    if (mountPath === SERVICE_ACCOUNT_MOUNT || !(await isMissing(mountPath))) continue;
    warnings.push(
      `volume ${name}: nothing can be mounted at ${mountPath} here; the directory is in ${volumeVariable(name)}`,
    );
  }
  return warnings;
}

function unknownImage(container: Container, program: string | undefined): string {
  const command = program === undefined ? 'it has no command' : `its command ${program} is not on this machine`;
  const image = container.image ?? '""';
  return `the sandbox has no program for the image ${image}, and ${command}: start it with --image ${image}=DIRECTORY:COMMAND, or give the container a command that exists here`;
}

async function startDirectory(
  container: Container,
  image: ImageEntry | undefined,
  context: LaunchContext,
  warnings: string[],
): Promise<string> {
  const usual = image?.directory ?? context.podDirectory;
  if (container.workingDir === undefined || container.workingDir === '') return usual;
  const wanted = resolve(usual, container.workingDir);
  if (!(await isMissing(wanted))) return wanted;
  warnings.push(`workingDir ${container.workingDir} does not exist here; the container starts in ${usual}`);
  return usual;
}

function refuseUnsupported(container: Container): void {
  if (container.lifecycle?.postStart !== undefined) {
    throw refusal(container, 'lifecycle.postStart', 'move it into the command or an init container');
  }
  const probes: readonly (readonly [string, Handler | undefined, readonly string[]])[] = [
    ['readinessProbe', container.readinessProbe, PROBE_HANDLERS],
    ['livenessProbe', container.livenessProbe, PROBE_HANDLERS],
    ['startupProbe', container.startupProbe, PROBE_HANDLERS],
    ['lifecycle.preStop', container.lifecycle?.preStop, [...PROBE_HANDLERS, 'sleep']],
  ];
  for (const [field, handler, known] of probes) {
    if (handler && !known.some((kind) => Object.hasOwn(handler, kind))) {
      throw refusal(container, field, `use ${known.join(', ')}`);
    }
  }
}

const PROBE_HANDLERS = ['httpGet', 'tcpSocket', 'exec'];

function refusal(container: Container, field: string, instead: string): LaunchRefused {
  return new LaunchRefused(
    'CreateContainerConfigError',
    `container ${container.name}: ${field} as it stands is not supported by the sandbox's node: ${instead}`,
  );
}

async function isProgram(program: string, directory: string, path: string): Promise<boolean> {
  if (program === '') return false;
  const candidates = program.includes('/')
    ? [isAbsolute(program) ? program : join(directory, program)]
    : path.split(delimiter).map((folder) => join(folder, program));
  for (const candidate of candidates) if (await isExecutable(candidate)) return true;
  return false;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

async function isMissing(path: string): Promise<boolean> {
  try {
    await access(path);
    return false;
  } catch {
    return true;
  }
}
