// Looks at everything that keeps Sluice from working. Reads only; what it may not read it says, and goes on.
import { createLimiter, type Clock } from '../../async.ts';
import { KubeError } from '../../errors.ts';
import type { KubeClient } from '../../kube/client.ts';
import type { Connection } from '../../kube/connection.ts';
import { describeRight, grantCommand, missingRightOf } from '../../kube/missing-right.ts';
import { clockSkewMs } from '../../kube/server-clock.ts';
import type { ClusterView } from './cluster.ts';
import { checkDefinitions } from './definitions.ts';
import { type Check, type Finding, type Findings, tellOf } from './finding.ts';
import { checkHpas } from './hpas.ts';
import { assumedInstallation, findInstallation, type Wanted } from './installation.ts';
import { checkKeda } from './keda.ts';
import { checkMetricsApi } from './metrics-api.ts';
import { checkMembership } from './membership.ts';
import { checkPods } from './pods.ts';
import { checkRights } from './rights.ts';
import { checkScaledJobs } from './scaled-jobs.ts';
import { checkScaledObjects } from './scaled-objects.ts';
import { checkClock, checkServer } from './server.ts';
import { checkWebhooks } from './webhooks.ts';

export interface DoctorOptions {
  readonly client: KubeClient;
  readonly connection: Connection;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly wanted: Wanted;
}

const CHECKS: readonly (readonly [name: string, check: (view: ClusterView) => Check])[] = [
  ['Deployment', checkPods],
  ['CRD', checkDefinitions],
  ['rights', checkRights],
  ['metrics API', checkMetricsApi],
  ['webhook', checkWebhooks],
  ['membership', checkMembership],
  ['KEDA', checkKeda],
  ['ScaledObjects', checkScaledObjects],
  ['ScaledJobs', checkScaledJobs],
  ['HPAs', checkHpas],
];
const AT_ONCE = 4;

/** In the order of the checks, each as soon as those before it are there. */
export async function* examine({ client, connection, clock, signal, wanted }: DoctorOptions): AsyncGenerator<Finding> {
  const server = await checkServer(client, connection.server, signal);
  yield* server.findings;
  if (!server.isUsable) return;
  const all = async (name: string, check: Check): Promise<Findings> => {
    const found: Finding[] = [];
    try {
      for await (const finding of check) found.push(finding);
    } catch (error) {
      signal.throwIfAborted();
      found.push(notChecked(name, error));
    }
    return found;
  };
  yield* await all(
    'clock',
    checkClock(() => clockSkewMs(connection, clock, signal)),
  );
  let sluice = assumedInstallation(wanted);
  yield* await all('Deployment', find());
  const view: ClusterView = { client, signal, now: clock.now, sluice };
  const limit = createLimiter(AT_ONCE);
  for (const findings of CHECKS.map(([name, check]) => limit(() => all(name, check(view))))) yield* await findings;

  async function* find(): Check {
    const found = await findInstallation(client, wanted, signal);
    sluice = found.sluice;
    yield* found.findings;
  }
}

/** Whoever looks may be allowed less than whoever installed. */
function notChecked(check: string, error: unknown): Finding {
  const tell = tellOf(check);
  if (!(error instanceof KubeError)) throw error;
  const right = missingRightOf(error.message);
  if (right) return tell.notChecked(`${right.user} may not ${describeRight(right)}`, grantCommand(right.user, [right]));
  if (error.code === 'KUBE_THROTTLED') {
    return tell.notChecked(
      `the API server has too much to do: ${error.message}`,
      'kubectl get --raw /debug/api_priority_and_fairness/dump_priority_levels',
    );
  }
  if (error.code === 'KUBE_NOT_FOUND') return tell.notChecked(`${error.message}: the API server does not serve it`);
  return tell.notChecked(error.message);
}
