// The metrics API as HPAs see it: whose it is, whether the API server trusts and reaches it, and what it answers.
import { KubeError } from '../../errors.ts';
import {
  type ApiService,
  describeOwner,
  EXTERNAL_METRICS,
  isServedBy,
  takeOverCommand,
} from '../../kube/api-service.ts';
import { getOrUndefined } from '../../controller/auth/kube-lookup.ts';
import { API_SERVICES } from '../../kube/resources.ts';
import type { ClusterView } from './cluster.ts';
import { checkService } from './endpoints.ts';
import { type Check, type Finding, tellOf } from './finding.ts';
import { installCommand } from './installation.ts';
import { checkServingCertificates } from './serving-certificates.ts';

const tell = tellOf('metrics API');
const PATH = '/apis/external.metrics.k8s.io/v1beta1';

export async function* checkMetricsApi(view: ClusterView): Check {
  const { client, signal, sluice } = view;
  if (!sluice.parts.metricsAdapter) {
    yield tell.warning('it is switched off (--metrics-adapter=false): HPAs get no metrics from Sluice');
    return;
  }
  const found = await getOrUndefined<ApiService>(client, API_SERVICES, { name: EXTERNAL_METRICS }, signal);
  if (found === undefined) {
    yield tell.problem(`APIService ${EXTERNAL_METRICS} does not exist: HPAs get no metrics`, installCommand(sluice));
    return;
  }
  if (!isServedBy(found, sluice.metricsService)) {
    const { namespace, name } = sluice.metricsService;
    yield tell.problem(
      `APIService ${EXTERNAL_METRICS} belongs to ${describeOwner(found)}, not to Service ${namespace}/${name}: HPAs get no metrics from Sluice`,
      takeOverCommand(EXTERNAL_METRICS, sluice.metricsService),
    );
    return;
  }
  yield checkAvailable(found);
  yield await checkAnswer(view);
  yield* await checkServingCertificates(view, found, tell);
  yield await checkService(view, sluice.metricsService, tell);
}

function checkAvailable({ status }: ApiService): Finding {
  const available = status?.conditions?.find(({ type }) => type === 'Available');
  if (available?.status === 'True') return tell.ok(`APIService ${EXTERNAL_METRICS} is ours and available`);
  return tell.problem(
    `APIService ${EXTERNAL_METRICS} is not available (${available?.reason ?? 'nobody has looked yet'}): ${available?.message ?? ''}`,
    `kubectl describe apiservice ${EXTERNAL_METRICS}`,
  );
}

async function checkAnswer({ client, signal }: ClusterView): Promise<Finding> {
  try {
    await client.request('GET', PATH, undefined, { signal });
    return tell.ok('it answers through the API server');
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof KubeError) || error.code === 'KUBE_FORBIDDEN') throw error;
    return tell.problem(`it does not answer through the API server: ${error.message}`, `kubectl get --raw ${PATH}`);
  }
}
