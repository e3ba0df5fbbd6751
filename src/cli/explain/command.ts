// `sluice explain NAMESPACE/NAME`: the newest decision about an object as a sentence, with what led to it.
import { Argument, Command, Option } from 'commander';
import { ConfigError } from '../../errors.ts';
import type { NamespacedName } from '../../controller/object-key.ts';
import { loadConnection } from '../../kube/connection.ts';
import { createKubeClient } from '../../kube/http-client.ts';
import { silentLogger } from '../../log.ts';
import { version } from '../../version.ts';
import type { CliContext } from '../context.ts';
import { decisionsAt, decisionsOfPods } from './decision-source.ts';
import { explain } from './explain.ts';
import { explanationJson, explanationText } from './output.ts';

interface Options {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly sluiceNamespace?: string;
  readonly address?: string;
  readonly job?: boolean;
  readonly output: 'text' | 'json';
}

const DEADLINE_MS = 10_000;

const HELP = `
Reads only: the object, its HPA, and the decisions of the running Sluice, asked
of its pods through the API server (needs get on pods/proxy) or at --address.
Without them it says what the object's status tells.

Examples:
  sluice explain shop/worker
  sluice explain worker -n shop
  sluice explain shop/worker -o json | jq -r .summary
  sluice explain shop/import --job
  kubectl -n sluice port-forward deployment/sluice 8080 &
  sluice explain shop/worker --address http://localhost:8080
`;

export function explainCommand(context: CliContext): Command {
  return new Command('explain')
    .description('Say why an object has the size that it has, and what happens next')
    .addArgument(
      new Argument('<[NAMESPACE/]NAME>', 'a ScaledObject, or a ScaledJob where there is no such ScaledObject'),
    )
    .option('--kubeconfig <FILE>', 'kubeconfig file (env KUBECONFIG)')
    .option('--context <NAME>', 'context of the kubeconfig')
    .option('-n, --namespace <NAME>', 'namespace of the object; that of the context when not given')
    .option('--sluice-namespace <NAME>', 'namespace of Sluice; any when not given')
    .option('--address <URL>', 'where the diagnostics of Sluice are, instead of asking its pods')
    .option('--job', 'the ScaledJob of that name, also where there is a ScaledObject')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json']).default('text'))
    .addHelpText('after', HELP)
    .action((name: string, options: Options) => runExplain(name, options, context));
}

async function runExplain(name: string, options: Options, context: CliContext): Promise<void> {
  const { env, clock, signal, stdout } = context;
  const names = namesIn(name, options.namespace);
  const connection = await loadConnection({ kubeconfig: options.kubeconfig, context: options.context, env, clock });
  const client = createKubeClient(connection, {
    clock,
    log: silentLogger,
    userAgent: `sluice-explain/${version}`,
    deadlineMs: DEADLINE_MS,
  });
  try {
    const ask =
      options.address === undefined
        ? decisionsOfPods(client, options.sluiceNamespace)
        : decisionsAt(checkedAddress(options.address), clock);
    const kinds = options.job === true ? (['ScaledJob'] as const) : (['ScaledObject', 'ScaledJob'] as const);
    const explanation = await explain(
      { namespace: connection.namespace, ...names },
      { client, ask, kinds, now: clock.now(), signal },
    );
    stdout.write(options.output === 'json' ? explanationJson(explanation) : explanationText(explanation));
  } finally {
    await connection.close();
  }
}

/** Without a namespace where neither the name nor -n says one. */
function namesIn(text: string, given: string | undefined): Pick<NamespacedName, 'name'> & Partial<NamespacedName> {
  const [name, namespace = given, ...rest] = text.split('/').toReversed();
  const refuse = (message: string): ConfigError => new ConfigError('sluice explain', [{ field: 'NAME', message }]);
  if (!name || namespace === '' || rest.length > 0)
    throw refuse(`expected a name, or namespace and name with a slash between them, found "${text}"`);
  if (given !== undefined && namespace !== given)
    throw refuse(`"${text}" names the namespace ${namespace}, but --namespace says ${given}: leave one of them out`);
  return { name, ...(namespace === undefined ? {} : { namespace }) };
}

function checkedAddress(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new ConfigError('sluice explain', [
    { field: '--address', message: `expected a URL such as http://localhost:8080, found "${text}"` },
  ]);
}
