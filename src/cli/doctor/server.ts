// Is there an API server, does it know us, is it new enough, and is its clock ours?
import { KubeError } from '../../errors.ts';
import { mendSilence } from '../../kube/access-trouble.ts';
import type { KubeClient } from '../../kube/client.ts';
import { type Check, type Finding, type Findings, tellOf } from './finding.ts';

/** What is in use and came with it: rules in CRDs that are on without a feature gate. */
const OLDEST = { major: 1, minor: 25 };
const MOST_SKEW_MS = 5_000;

interface Version {
  readonly major?: string;
  readonly minor?: string;
  readonly gitVersion?: string;
}

/** `isUsable` is false when nothing else can be checked. */
export async function checkServer(
  client: KubeClient,
  server: string,
  signal: AbortSignal,
): Promise<{ readonly isUsable: boolean; readonly findings: Findings }> {
  const tell = tellOf('API server');
  try {
    const version = await client.request<Version>('GET', '/version', undefined, { signal });
    // Anonymous callers may ask for the version, but not this.
    await client.request('GET', '/apis', undefined, { signal });
    return { isUsable: true, findings: [tell.ok(`${server} answers`), checkVersion(version)] };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof KubeError)) throw error;
    return { isUsable: false, findings: [tell.problem(error.message, mendOf(error))] };
  }
}

function mendOf(error: KubeError): string {
  if (error.code === 'KUBE_UNAUTHORIZED' || error.code === 'KUBE_FORBIDDEN') {
    return 'the credentials of the kubeconfig are expired, revoked or of another cluster: renew them, then kubectl auth whoami';
  }
  return error.status === undefined ? mendSilence(error.cause) : 'see why: kubectl get --raw "/readyz?verbose"';
}

function checkVersion({ major = '', minor = '', gitVersion = '' }: Version): Finding {
  const tell = tellOf('server version');
  const [found, oldest] = [
    Number.parseInt(major, 10) * 1_000 + Number.parseInt(minor, 10),
    OLDEST.major * 1_000 + OLDEST.minor,
  ];
  if (Number.isNaN(found)) return tell.notChecked(`"${gitVersion}" is no version that is understood here`);
  if (found >= oldest) return tell.ok(gitVersion);
  return tell.problem(
    `expected Kubernetes ${OLDEST.major}.${OLDEST.minor} or newer, found ${gitVersion}`,
    'upgrade the cluster',
  );
}

/** Positive when the server is ahead; the header has whole seconds. */
export async function* checkClock(measure: () => Promise<number | undefined>): Check {
  const tell = tellOf('clock');
  const skewMs = await measure();
  const seconds = Math.round(Math.abs(skewMs ?? 0) / 1_000);
  if (skewMs === undefined) yield tell.notChecked('the API server did not tell its time');
  else if (Math.abs(skewMs) <= MOST_SKEW_MS) yield tell.ok('this machine and the API server have the same time');
  else {
    yield tell.warning(
      `this machine is ${seconds} s ${skewMs > 0 ? 'behind' : 'ahead of'} the API server: certificates and cooldowns of a Sluice that runs here are judged by the wrong time`,
      'switch time synchronisation on, for example timedatectl set-ntp true',
    );
  }
}
