// `sluice demo`: a real workload from zero to ten and back, because of the depth of a queue.
import { Command, Option } from 'commander';
import type { CliContext } from '../context.ts';
import { BROKERS } from './broker.ts';
import type { DemoFlags } from './play.ts';

export function demoCommand(context: CliContext): Command {
  return new Command('demo')
    .description('Watch a queue take a workload from zero to ten replicas and back')
    .addOption(new Option('--broker <NAME>', 'which broker').choices(Object.keys(BROKERS)).default('servicebus'))
    .addOption(
      new Option('--pace <PACE>', 'brisk, or the 2019 demo’s timings').choices(['brisk', 'real']).default('brisk'),
    )
    .option('--directory <DIR>', 'where logs and the plot go', '.demo')
    .option('--daprd <FILE>', 'a real daprd for the sidecars, in place of the stand-in')
    .option('--broker-files <DIR>', 'where Kafka’s jars or Azurite’s package are')
    .action(async (flags: DemoFlags) => {
      // With the sandbox in it, which no other command should pay for.
      const { playDemo } = await import('./play.ts');
      await playDemo(flags, context);
    });
}
