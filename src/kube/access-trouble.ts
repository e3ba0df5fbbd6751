// Tells once, for the whole program, that the API server is away, does not know us, or does not let us do something. Everybody
// who meets such an error would say the same thing otherwise: a reflector for each kind, and every object.
import { isNativeError } from 'node:util/types';
import type { Clock } from '../async.ts';
import { type Complaint, createComplaint } from '../complaint.ts';
import { KubeError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { describeFailure, failureCode } from './errors.ts';
import { grantCommand, missingRightOf } from './missing-right.ts';

export interface AccessTrouble {
  /** A call failed, its retries included. */
  met(call: string, error: unknown): void;
  /** A call succeeded. */
  over(call: string): void;
}

/** `call` names verb and resource; it is told of each of them once. */
export function createAccessTrouble(options: {
  readonly server: string;
  readonly clock: Clock;
  readonly log: Logger;
}): AccessTrouble {
  const { server } = options;
  const access = createComplaint(options);
  /** Never settled: while the server is choosy some calls get through. */
  const throttled = createComplaint(options);
  const refused = new Map<string, Complaint>();

  function tellRefused(call: string, error: KubeError): void {
    const right = missingRightOf(error.message);
    if (!right) return;
    const complaint = refused.get(call) ?? createComplaint(options);
    refused.set(call, complaint);
    complaint.raise('forbidden', 'a right is missing', { error, mend: grantCommand(right.user, [right]) });
  }

  return {
    met(call, error) {
      if (!(error instanceof KubeError)) return;
      if (error.code === 'KUBE_FORBIDDEN') tellRefused(call, error);
      // Kubernetes answers 429 as well while it makes room for a kind that has just been defined.
      if (error.code === 'KUBE_THROTTLED' && !error.message.includes('storage is (re)initializing')) {
        throttled.raise('throttled', 'the API server asks us to slow down', {
          error,
          mend: 'see whether it is overloaded, or give our account a priority level of its own: kubectl get flowschemas,prioritylevelconfigurations',
        });
      }
      if (error.code === 'KUBE_UNAUTHORIZED') {
        access.raise('unauthorized', 'the API server does not accept our credentials', {
          server,
          error,
          mend: 'renew the token or certificate of the kubeconfig; in a pod: kubectl rollout restart its Deployment',
        });
      }
      if (error.code === 'KUBE_UNAVAILABLE' && error.status === undefined && error.reason === undefined) {
        const mend = mendSilence(error.cause);
        const why = isNativeError(error.cause) ? describeFailure(error.cause) : String(error.cause);
        access.raise(mend, 'the API server does not answer', { server, error: why, mend });
      }
    },
    over(call) {
      access.settle('the API server answers again', { server });
      refused.get(call)?.settle('the right is there now', { call });
      refused.delete(call);
    },
  };
}

const CERTIFICATE =
  'its certificate is not signed by the certificate-authority of the kubeconfig: fetch the kubeconfig of the cluster again';
const ADDRESS = 'check the server address of the kubeconfig: kubectl config view --minify';
const MENDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: `nothing listens there; ${ADDRESS}`,
  ENOTFOUND: `nobody knows this host name; ${ADDRESS}`,
  EAI_AGAIN: `the name service does not answer; ${ADDRESS}`,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: CERTIFICATE,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: CERTIFICATE,
  SELF_SIGNED_CERT_IN_CHAIN: CERTIFICATE,
  DEPTH_ZERO_SELF_SIGNED_CERT: CERTIFICATE,
  CERT_SIGNATURE_FAILURE: CERTIFICATE,
  CERT_HAS_EXPIRED:
    'its certificate has expired: renew it on the control plane, for example kubeadm certs renew apiserver',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet: compare the clocks of this machine and of the control plane',
  ERR_TLS_CERT_ALTNAME_INVALID: `its certificate is for another name; ${ADDRESS}`,
  ERR_SSL_WRONG_VERSION_NUMBER: `what answers there speaks no TLS; ${ADDRESS}`,
};

/** What a person does about an API server that does not answer. */
export function mendSilence(cause: unknown): string {
  return MENDS[failureCode(cause)] ?? `see whether it answers others: kubectl get --raw /readyz; ${ADDRESS}`;
}
