// `sluice doctor`: what keeps Sluice from working in a cluster, and what mends it.
import { Command, Option } from 'commander';
import { ConfigError } from '../../errors.ts';
import type { ServiceName } from '../../kube/api-service.ts';
import { loadConnection } from '../../kube/connection.ts';
import { createKubeClient } from '../../kube/http-client.ts';
import { silentLogger } from '../../log.ts';
import { version } from '../../version.ts';
import type { CliContext } from '../context.ts';
import { examine } from './doctor.ts';
import type { Finding } from './finding.ts';
import { findingText, isHealthy, jsonText, type OutputFormat, summaryText } from './output.ts';

interface Options {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly asServiceAccount?: string;
  readonly output: OutputFormat;
}

/** A person waits; a server that is away must not be waited for half a minute. */
const DEADLINE_MS = 10_000;

const HELP = `
Reads only. A problem makes the exit code 1; a warning may be meant so; what is
"not checked" you may not see.

Examples:
  sluice doctor
  sluice doctor -n autoscaling --as-service-account autoscaling/sluice
  sluice doctor -o json |
    jq -r '.findings[] | select(.verdict == "problem") | .mend'
`;

export function doctorCommand(context: CliContext): Command {
  const output = new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text');
  return new Command('doctor')
    .description('Check a live cluster for everything that keeps Sluice from working')
    .option('--kubeconfig <FILE>', 'kubeconfig file (env KUBECONFIG)')
    .option('--context <NAME>', 'context of the kubeconfig')
    .option('-n, --namespace <NAME>', 'namespace of Sluice; found by its label when not given')
    .option('--as-service-account <NAMESPACE/NAME>', 'whose rights to check; that of the Deployment when not given')
    .addOption(output)
    .addHelpText('after', HELP)
    .action((options: Options) => runDoctor(options, context));
}

async function runDoctor(options: Options, { env, clock, signal, stdout, exitCode }: CliContext): Promise<void> {
  const wanted = { namespace: options.namespace, account: accountOf(options.asServiceAccount) };
  const connection = await loadConnection({ kubeconfig: options.kubeconfig, context: options.context, env, clock });
  const client = createKubeClient(connection, {
    clock,
    log: silentLogger,
    userAgent: `sluice-doctor/${version}`,
    deadlineMs: DEADLINE_MS,
  });
  const findings: Finding[] = [];
  try {
    for await (const finding of examine({ client, connection, clock, signal, wanted })) {
      findings.push(finding);
      if (options.output === 'text') stdout.write(findingText(finding));
    }
    stdout.write(options.output === 'json' ? jsonText(findings) : summaryText(findings));
    if (!isHealthy(findings)) exitCode(1);
  } finally {
    await connection.close();
  }
}

function accountOf(text: string | undefined): ServiceName | undefined {
  if (text === undefined) return undefined;
  const [namespace, name, ...rest] = text.split('/');
  if (namespace && name && rest.length === 0) return { namespace, name };
  throw new ConfigError('sluice doctor', [
    { field: '--as-service-account', message: `expected NAMESPACE/NAME, found "${text}"` },
  ]);
}
