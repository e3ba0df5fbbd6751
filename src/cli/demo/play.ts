// What `sluice demo` does: sets the stage, plays, shows how it went.
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ConfigError } from '../../errors.ts';
import type { CliContext } from '../context.ts';
import { readKustomization } from '../manifests/kustomization.ts';
import type { BrokerName } from './broker.ts';
import { requireFiles } from './demo-broker.ts';
import { perform } from './performance.ts';
import { plotSvg } from './plot.ts';
import { reportText } from './report.ts';
import { onStage } from './stage.ts';

export interface DemoFlags {
  readonly broker: BrokerName;
  readonly pace: 'brisk' | 'real';
  readonly directory: string;
  /** Path of a real daprd. */
  readonly daprd?: string;
  /** Directory of the broker's program. */
  readonly brokerFiles?: string;
}

/** The sidecars' stand-in does not speak with these, and no package of the system installs them. */
const FOREIGN: readonly BrokerName[] = ['kafka', 'storagequeue'];
const TITLES: Readonly<Record<BrokerName, string>> = {
  servicebus: 'Service Bus emulator',
  rabbitmq: 'RabbitMQ',
  kafka: 'Kafka',
  storagequeue: 'Azurite',
  redis: 'Redis',
};

/** The brisk pace is faster in everything by about the same factor; Kubernetes' own HPA looks every 15 s. */
const HPA_SYNC_MS = { brisk: 2_000, real: 15_000 } as const;

/** The exit code is the verdict. */
export async function playDemo(flags: DemoFlags, context: CliContext): Promise<void> {
  const { broker, pace, directory, daprd, brokerFiles } = flags;
  const { clock, stdout } = context;
  if (FOREIGN.includes(broker)) {
    if (daprd === undefined) {
      const found = `expected the path of a real daprd, found none: the sidecars’ stand-in does not speak with ${broker}`;
      throw new ConfigError('sluice demo', [{ field: '--daprd', message: found }]);
    }
    requireFiles(brokerFiles, broker);
  }
  const example = findExample();
  const overlay = join(example, 'k8s', 'overlays', pace === 'real' ? `${broker}-original-pace` : broker);
  const objects = await readKustomization(overlay);
  const program = process.argv[1];
  if (program === undefined)
    throw new ConfigError('sluice demo', [{ field: '', message: 'expected to be started as a program' }]);
  const started = clock.now();
  stdout.write(`Starting sandbox and ${TITLES[broker]}…\n`);
  const outcome = await onStage(
    {
      context,
      broker,
      brokerFiles,
      directory,
      example,
      program: [process.execPath, program],
      hpaSyncMs: HPA_SYNC_MS[pace],
      daprd,
    },
    (stage, signal) => {
      const setUp = ((clock.now() - started) / 1000).toFixed(1);
      stdout.write(
        `${stage.broker.title}; sluice run ready after ${(stage.sluice.readyAfterMs / 1000).toFixed(1)} s; set up in ${setUp} s\n`,
      );
      return perform({ stage, objects, context, signal });
    },
  );
  const plot = join(directory, `${broker}-${pace}.svg`);
  await writeFile(plot, plotSvg(outcome.frames, 'Queue depth against replicas'));
  stdout.write(reportText(outcome.moments, outcome.tally, outcome.points));
  stdout.write(`Plot: ${plot}\n`);
  if (!outcome.points.every((p) => p.ok)) context.exitCode(1);
}

/** Beside the bundle or the sources: upwards from this file. */
function findExample(): string {
  for (let directory = import.meta.dirname; ; directory = dirname(directory)) {
    const example = join(directory, 'examples', 'producer-consumer');
    if (existsSync(join(example, 'package.json'))) return example;
    if (dirname(directory) === directory) {
      throw new ConfigError('sluice demo', [
        {
          field: '',
          message: 'expected examples/producer-consumer beside the program, found none: run it from a clone',
        },
      ]);
    }
  }
}
