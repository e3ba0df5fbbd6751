// The rules for managed Prometheus services of clouds: which parameters belong together, and where our own identity may go.
import { reviewAwsAccess, reviewAwsRegion } from '../aws-access.ts';
import type { Review } from '../define.ts';
import { reviewGcpAccess } from '../gcp-access.ts';
import { httpUrl } from '../http-authentication.ts';
import { azureResource } from './azure.ts';
import { accessOf } from './identity.ts';
import type { Prometheus } from './parameters.ts';

const AWS = ['awsRegion', 'identityOwner', 'awsRoleArn', 'awsAccessKeyID', 'awsSecretAccessKey', 'awsSessionToken'];
const GCP = ['GoogleApplicationCredentials', 'credentials', 'credentialsFromEnvFile'];
const AZURE = ['cloud', 'azureManagedPrometheusResourceURL'];
const PROVIDERS = ['azure-workload', 'gcp', 'aws', 'aws-eks'];

/** KEDA: a pod identity and authModes exclude each other, and without both the clouds' parameters count. */
export function reviewManaged(config: Partial<Prometheus>, review: Review): void {
  const { refuse, warn, given, podIdentity } = review;
  const provider = podIdentity?.provider ?? '';
  const none = (names: readonly string[], why: string): void => {
    for (const name of names) if (given(name)) warn(name, `has no effect ${why}`);
  };
  if (config.authModes) {
    if (podIdentity) refuse('authModes', `expected none beside the pod identity ${provider}`);
    return none([...AWS, ...GCP, ...AZURE], 'with authModes');
  }
  if (podIdentity && !PROVIDERS.includes(provider)) {
    return refuse('podIdentity', `expected one of ${PROVIDERS.join(', ')}, found ${JSON.stringify(provider)}`);
  }
  if (provider !== 'azure-workload') none(AZURE, 'without pod identity azure-workload');
  else {
    none([...AWS, ...GCP], 'with pod identity azure-workload');
    return reviewAzure(config, review);
  }
  reviewGcpAccess(config, review);
  if (accessOf(config, podIdentity).kind === 'gcp') {
    none(AWS, 'with credentials of Google Cloud');
    if (provider === 'gcp') reviewPlace(config, 'googleapis.com', review);
  } else if (provider.startsWith('aws') || AWS.some(given)) reviewAws(config, review);
}

function reviewAws(config: Partial<Prometheus>, review: Review): void {
  reviewAwsAccess(config, review);
  if (config.awsRegion === undefined) review.refuse('awsRegion', 'is required for Amazon Managed Prometheus');
  else reviewAwsRegion(config.awsRegion, review);
}

function reviewAzure(config: Partial<Prometheus>, review: Review): void {
  const resource = azureResource(config);
  const url = resource === undefined ? undefined : httpUrl(resource);
  if (url?.protocol === 'https:') reviewPlace(config, url.hostname, review);
  else if (config.cloud?.toLowerCase() === 'private')
    review.refuse('azureManagedPrometheusResourceURL', 'is required with cloud Private, as an https URL');
  else
    review.refuse(
      'cloud',
      `expected AzurePublicCloud, AzureUSGovernmentCloud, AzureChinaCloud or Private, found ${JSON.stringify(config.cloud)}`,
    );
}

/** Differs from KEDA on purpose: a token that stands for us, and not for the user, goes to those alone whom it is for. */
function reviewPlace(
  { serverAddress = '' }: Partial<Prometheus>,
  domain: string,
  { refuse, podIdentity }: Review,
): void {
  const server = httpUrl(serverAddress);
  if (!server || (server.protocol === 'https:' && `.${server.hostname}`.endsWith(`.${domain}`))) return;
  refuse('serverAddress', `expected an https address under ${domain} with pod identity ${podIdentity?.provider}`);
}
