// The parameters of trigger types that Sluice has no scaler for yet, as KEDA reads them, so that mistakes in them are told all the same.
import type { ParameterSource, TriggerField } from '../../scalers/scaler.ts';

/**
 * Places in the order in which KEDA looks, and the parameters that it looks for there: `a/b` are two names of one parameter, `a!` is
 * required.
 */
type Row = readonly [places: string, parameters: string];

interface Declaration {
  readonly rows: readonly Row[];
  /** Sets of parameters; one of them has to be there in full. */
  readonly oneOf?: readonly string[];
  /** The parameter that is required unless the trigger is part of a formula. */
  readonly target?: string;
}

const AWS: readonly Row[] = [
  ['metadata', 'identityOwner'],
  ['auth metadata env', 'awsAccessKeyID/awsAccessKeyId'],
  ['auth env', 'awsSecretAccessKey'],
  ['auth', 'awsRoleArn awsSessionToken'],
];
const GCP: readonly Row[] = [
  ['env', 'credentials'],
  ['metadata', 'credentialsFromEnvFile'],
  ['auth', 'GoogleApplicationCredentials'],
];

const DECLARATIONS: Readonly<Record<string, Declaration>> = {
  'aws-sqs-queue': {
    rows: [
      ['metadata env', 'queueURL!'],
      ['metadata auth', 'awsRegion!'],
      ['metadata', 'queueLength activationQueueLength awsEndpoint scaleOnInFlight scaleOnDelayed'],
      ...AWS,
    ],
  },
  'gcp-pubsub': {
    rows: [
      ['metadata env', 'subscriptionName topicName'],
      ['metadata', 'mode value activationValue aggregation timeHorizon valueIfNull'],
      ...GCP,
    ],
    oneOf: ['subscriptionName', 'topicName'],
  },
  'github-runner': {
    rows: [
      ['metadata env', 'owner! runnerScope! repos githubApiURL labels noDefaultLabels targetWorkflowQueueLength'],
      ['metadata env', 'enableEtags enableBackoff matchUnlabeledJobsWithUnlabeledRunners applicationID installationID'],
      ['auth', 'personalAccessToken appKey'],
    ],
  },
  'nats-jetstream': {
    rows: [
      ['auth metadata', 'natsServerMonitoringEndpoint! account accountID'],
      ['metadata', 'stream! consumer! lagThreshold activationLagThreshold useHttps'],
    ],
    oneOf: ['account', 'accountID'],
  },
  postgresql: {
    rows: [
      ['metadata', 'query! targetQueryValue activationTargetQueryValue'],
      ['auth env', 'connection password'],
      ['auth metadata', 'host port userName dbName sslmode'],
    ],
    oneOf: ['connection', 'host port userName dbName sslmode'],
    target: 'targetQueryValue',
  },
};

export interface DocumentedType extends Pick<Declaration, 'target'> {
  readonly type: string;
  readonly fields: readonly TriggerField[];
  /** One of these sets has to be there in full. Empty when there is no such rule. */
  readonly oneOf: readonly (readonly string[])[];
}

export const documentedTypes: ReadonlyMap<string, DocumentedType> = new Map(
  Object.entries(DECLARATIONS).map(([type, { rows, oneOf = [], ...rest }]) => [
    type,
    { type, ...rest, fields: rows.flatMap(fieldsOf), oneOf: oneOf.map((names) => names.split(' ')) },
  ]),
);

function fieldsOf([places, parameters]: Row): readonly TriggerField[] {
  const sources = places.split(' ') as readonly ParameterSource[];
  return parameters.split(' ').map((text): TriggerField => {
    const [name = '', ...aliases] = text.replace('!', '').split('/');
    const required = text.endsWith('!');
    return { name, aliases, sources, required, secret: false, syntax: 'text', description: '' };
  });
}
