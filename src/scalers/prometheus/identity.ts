// Who we are at the server: what authModes say, or our identity at the cloud that manages it.
import { awsAccessOf, type AwsAccess } from '../aws-access.ts';
import { awsIdentityId, leaseAwsIdentity } from '../aws-identity.ts';
import { signAwsRequest } from '../aws-signature.ts';
import { createWorkloadIdentity } from '../azure-identity.ts';
import { type GcpAccess, gcpAccessOf } from '../gcp-access.ts';
import { createGcpIdentity } from '../gcp-identity.ts';
import { httpIdentity } from '../http-authentication.ts';
import {
  createBearerIdentity,
  createWrittenIdentity,
  type HttpIdentity,
  type IdentityTools,
} from '../http-credentials.ts';
import type { PodIdentity, ScalerDeps } from '../scaler.ts';
import { azureResource } from './azure.ts';
import type { Prometheus } from './parameters.ts';

export type PrometheusAccess =
  | { readonly kind: 'written' }
  | { readonly kind: 'azure'; readonly resource: string; readonly podIdentity: PodIdentity }
  | { readonly kind: 'gcp'; readonly access: GcpAccess }
  | { readonly kind: 'aws'; readonly access: AwsAccess; readonly region: string };

const GCP_SCOPE = 'https://www.googleapis.com/auth/monitoring.read';
/** Amazon's name of the service, in signatures. */
const AWS_SERVICE = 'aps';
const showing = ({ hostname: host }: URL) => ({ host, field: 'serverAddress' });

/** KEDA's order: authModes, Azure's workload identity, credentials of Google Cloud, those of AWS, none. */
export function accessOf(config: Partial<Prometheus>, podIdentity: PodIdentity | undefined): PrometheusAccess {
  if (config.authModes) return { kind: 'written' };
  if (podIdentity?.provider === 'azure-workload')
    return { kind: 'azure', resource: azureResource(config) ?? '', podIdentity };
  const gcp = gcpAccessOf(config, podIdentity);
  if (gcp) return { kind: 'gcp', access: gcp };
  const aws = awsAccessOf(config, podIdentity);
  return aws && config.awsRegion !== undefined
    ? { kind: 'aws', access: aws, region: config.awsRegion }
    : { kind: 'written' };
}

/** Everything that makes two requests come from different callers, for a source's name. */
export function identityParts(access: PrometheusAccess, config: Prometheus, server: URL): readonly unknown[] {
  switch (access.kind) {
    case 'written':
      return httpIdentity(config, server);
    case 'aws':
      return ['aws', awsIdentityId(access.access, access.region)];
    case 'azure':
    case 'gcp':
      return [access];
  }
}

export async function identify(
  access: PrometheusAccess,
  { config, server, deps }: { readonly config: Prometheus; readonly server: URL; readonly deps: ScalerDeps },
  tools: IdentityTools,
): Promise<HttpIdentity> {
  switch (access.kind) {
    case 'written':
      return createWrittenIdentity(config, server, tools);
    case 'azure': {
      const token = createWorkloadIdentity(access.podIdentity, tools);
      return createBearerIdentity({
        get: (url, signal) => token(`${access.resource}/.default`, showing(url), signal),
      });
    }
    case 'gcp': {
      const tokens = createGcpIdentity(access.access, GCP_SCOPE, tools);
      return createBearerIdentity({ ...tokens, get: (url, signal) => tokens.get(showing(url), signal) });
    }
    case 'aws':
      return createAwsSigned(access, deps);
  }
}

async function createAwsSigned(
  { access, region }: Extract<PrometheusAccess, { kind: 'aws' }>,
  deps: ScalerDeps,
): Promise<HttpIdentity> {
  const { client, release } = await leaseAwsIdentity(access, region, deps);
  return {
    async credentials(url, signal) {
      const credentials = await client.credentials(showing(url), signal);
      const signing = { service: AWS_SERVICE, region, credentials, clock: deps.clock };
      return { headers: await signAwsRequest(url, signing) };
    },
    close: release,
  };
}
