// What KEDA calls the scaler of a trigger without a name, in the label `scaler` of its metrics and thus in dashboards and alerts: the
// name of its Go type.

/** Where it is not the type in camel case, and "Scaler". */
const NAMES: Readonly<Record<string, string>> = {
  activemq: 'activeMQScaler',
  arangodb: 'arangoDBScaler',
  'artemis-queue': 'artemisScaler',
  'aws-dynamodb': 'awsDynamoDBScaler',
  'aws-dynamodb-streams': 'awsDynamoDBStreamsScaler',
  'azure-eventhub': 'azureEventHubScaler',
  'azure-servicebus': 'azureServiceBusScaler',
  beanstalkd: 'BeanstalkdScaler',
  couchdb: 'couchDBScaler',
  cpu: 'cpuMemoryScaler',
  'gcp-cloudtasks': 'gcpCloudTasksScaler',
  'gcp-pubsub': 'pubsubScaler',
  'gcp-spanner': 'spannerScaler',
  'gcp-stackdriver': 'stackdriverScaler',
  'gcp-storage': 'gcsScaler',
  influxdb: 'influxDBScaler',
  memory: 'cpuMemoryScaler',
  'metrics-api': 'metricsAPIScaler',
  mongodb: 'mongoDBScaler',
  mysql: 'mySQLScaler',
  'nats-jetstream': 'natsJetStreamScaler',
  'new-relic': 'newrelicScaler',
  postgresql: 'postgreSQLScaler',
  predictkube: 'PredictKubeScaler',
  rabbitmq: 'rabbitMQScaler',
  'redis-cluster': 'redisScaler',
  'redis-cluster-streams': 'redisStreamsScaler',
  'redis-sentinel': 'redisScaler',
  'redis-sentinel-streams': 'redisStreamsScaler',
  'solace-direct-messaging': 'SolaceDMScaler',
  'solace-event-queue': 'SolaceScaler',
  solarwinds: 'solarWindsScaler',
  splunk: 'SplunkScaler',
};

/** Types that KEDA does not know are called by the same rule. */
export function kedaScalerName(type: string): string {
  return NAMES[type] ?? `${type.replace(/-([a-z0-9])/g, (_dash, letter: string) => letter.toUpperCase())}Scaler`;
}
