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
  /** Further keys are passed on to a scaler outside KEDA, so none is unknown. */
  readonly open?: true;
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
const KAFKA: readonly Row[] = [
  ['metadata env', 'bootstrapServers! consumerGroup! topic'],
  ['metadata', 'partitionLimitation lagThreshold activationLagThreshold offsetResetPolicy allowIdleConsumers'],
  ['metadata', 'excludePersistentLag scaleToZeroOnInvalidOffset limitToPartitionsWithLag awsRegion'],
  ['metadata', 'ensureEvenDistributionOfPartitions'],
  ['metadata auth', 'tls sasl'],
  ['auth', 'ca cert key keyPassword username password'],
  ...AWS,
];
const EXTERNAL: Declaration = {
  rows: [
    ['metadata', 'scalerAddress! enableTLS unsafeSsl'],
    ['auth', 'caCert tlsClientCert tlsClientKey'],
  ],
  open: true,
};

const DECLARATIONS: Readonly<Record<string, Declaration>> = {
  'apache-kafka': { rows: KAFKA },
  'aws-sqs-queue': {
    rows: [
      ['metadata env', 'queueURL!'],
      ['metadata auth', 'awsRegion!'],
      ['metadata', 'queueLength activationQueueLength awsEndpoint scaleOnInFlight scaleOnDelayed'],
      ...AWS,
    ],
  },
  'azure-queue': {
    rows: [
      ['metadata', 'queueName! queueLength activationQueueLength accountName queueLengthStrategy cloud endpointSuffix'],
      ['auth metadata env', 'connection'],
    ],
    oneOf: ['connection', 'accountName'],
  },
  external: EXTERNAL,
  'external-push': EXTERNAL,
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
  kafka: {
    rows: [
      ...KAFKA,
      ['metadata', 'fullMetadata version unsafeSsl'],
      ['metadata auth', 'saslTokenProvider'],
      ['auth', 'scopes oauthTokenEndpointUri oauthExtensions'],
      ['auth', 'keytab realm kerberosConfig kerberosServiceName kerberosDisableFAST'],
    ],
  },
  'kubernetes-resource': {
    rows: [
      [
        'metadata',
        'resourceKind! resourceName! key! targetValue! format valueLocation valueType activationTargetValue',
      ],
    ],
  },
  'kubernetes-workload': { rows: [['metadata', 'podSelector! value activationValue groupByNode']], target: 'value' },
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

export interface DocumentedType extends Pick<Declaration, 'target' | 'open'> {
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
