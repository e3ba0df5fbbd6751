// `sluice sandbox`: the cluster in one process, until Ctrl-C.
import { join } from 'node:path';
import { Command, Option } from 'commander';
import { ConfigError } from '../errors.ts';
import { createLogger, type LogLevel } from '../log.ts';
import { untilAborted } from '../async.ts';
import type { CliContext } from './context.ts';

interface SandboxFlags {
  readonly directory: string;
  readonly port: string;
  readonly metricsPort: string;
  readonly image: readonly string[];
  readonly hpaSync: string;
  readonly serviceBus: boolean;
  readonly daprd?: string;
  readonly logLevel: LogLevel;
}

export function sandboxCommand(context: CliContext): Command {
  const several = (value: string, before: readonly string[]): readonly string[] => [...before, value];
  return new Command('sandbox')
    .description('Run a Kubernetes-shaped cluster in this process: pods are local processes, Dapr sidecars included')
    .option('--directory <DIR>', 'kubeconfig, logs and process records', join('.', '.sandbox'))
    .option('--port <PORT>', 'of the API server; 0 takes a free one', '0')
    .option('--metrics-port <PORT>', 'where `sluice run --secure-port` serves the metrics API', '6443')
    .addOption(
      new Option('--image <NAME=DIR:COMMAND>', 'the program that stands for an image; may be repeated')
        .argParser(several)
        .default([]),
    )
    .option('--hpa-sync <SECONDS>', 'how often the HPA looks', '15')
    .option('--daprd <FILE>', 'a real daprd for the sidecars, in place of the stand-in')
    .option('--service-bus', 'run an Azure Service Bus emulator too and print its connection string', false)
    .addOption(
      new Option('--log-level <LEVEL>', 'of the sandbox')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('warn'),
    )
    .action((flags: SandboxFlags) => runSandbox(flags, context));
}

async function runSandbox(flags: SandboxFlags, context: CliContext): Promise<void> {
  const { clock, random, stdout, signal } = context;
  const log = createLogger({
    level: flags.logLevel,
    format: context.stderr.isTTY ? 'pretty' : 'json',
    stream: context.stderr,
  });
  // Loaded here, so that no other command pays for it.
  const { startSandbox } = await import('../sandbox/sandbox.ts');
  const sandbox = await startSandbox(
    {
      clock,
      random,
      log,
      directory: flags.directory,
      port: port('--port', flags.port),
      metricsPort: port('--metrics-port', flags.metricsPort),
      images: flags.image.map(parseImage),
      env: containerEnvironment(context),
      hpaSyncMs: seconds('--hpa-sync', flags.hpaSync) * 1000,
      ...(flags.daprd === undefined ? {} : { daprd: { program: flags.daprd, env: {} } }),
    },
    signal,
  ).catch((error: unknown) => {
    throw takenPort(error, flags.port) ?? error;
  });
  stdout.write(
    `API server: ${sandbox.server.url}\n\n  export KUBECONFIG=${sandbox.kubeconfig}\n  kubectl get nodes\n\n`,
  );
  const emulator = flags.serviceBus ? await startEmulator(context, log) : undefined;
  const reason = await Promise.race([sandbox.failed, untilAborted(signal)]);
  await emulator?.stop();
  await sandbox.stop();
  if (!signal.aborted) throw reason;
}

async function startEmulator({ clock, random, stdout }: CliContext, log: ReturnType<typeof createLogger>) {
  const { startServiceBusEmulator } = await import('../sandbox/service-bus/emulator.ts');
  const emulator = await startServiceBusEmulator({ clock, random, log });
  stdout.write(`Service Bus: ${emulator.connectionString()}\n`);
  return emulator;
}

/** What a program needs to start at all; nothing else of this environment reaches a container. */
export function containerEnvironment({ env }: Pick<CliContext, 'env'>): Readonly<Record<string, string>> {
  const names = ['PATH', 'LANG', 'TZ', 'TMPDIR'];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

function port(flag: string, text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw new ConfigError('sluice sandbox', [
    { field: flag, message: `expected a port from 0 to 65535, found "${text}"` },
  ]);
}

function takenPort(error: unknown, wanted: string): ConfigError | undefined {
  const {
    code,
    address,
    port: at,
  } = error as NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };
  if (code !== 'EADDRINUSE' || at !== Number(wanted)) return undefined;
  const message = `expected a free port, but another program listens at ${address}:${at}; 0 takes a free one`;
  return new ConfigError('sluice sandbox', [{ field: '--port', message }], { cause: error });
}

function seconds(flag: string, text: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number > 0) return number;
  throw new ConfigError('sluice sandbox', [
    { field: flag, message: `expected a number of seconds above 0, found "${text}"` },
  ]);
}

function parseImage(text: string) {
  const found = /^([^=]+)=([^:]+):(.+)$/.exec(text);
  const [, image, directory, command] = found ?? [];
  if (image === undefined || directory === undefined || command === undefined) {
    throw new ConfigError('sluice sandbox', [
      { field: '--image', message: `expected NAME=DIR:COMMAND, found "${text}"` },
    ]);
  }
  return { image, directory, entrypoint: command.split(' ').filter((word) => word !== '') };
}
