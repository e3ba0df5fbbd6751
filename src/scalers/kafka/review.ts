// The rules between the parameters of a Kafka trigger.
import { reviewAwsAccess, reviewAwsRegion } from '../aws-access.ts';
import type { Review } from '../define.ts';
import { httpUrl } from '../http-authentication.ts';
import { reviewTls } from '../tls.ts';
import { type KafkaTrigger, parseBroker, parseExtensions, usesMskIam } from './parameters.ts';

export function reviewKafka(
  config: Partial<KafkaTrigger>,
  topics: readonly string[] | undefined,
  review: Review,
): void {
  const wrong = config.bootstrapServers?.find((server) => parseBroker(server) === undefined);
  if (wrong !== undefined) {
    review.refuse('bootstrapServers', `expected host:port with a port from 1 to 65535, found ${JSON.stringify(wrong)}`);
  }
  // Kafka's rule for names. The broker would refuse the question, and those that travel with it.
  if (topics?.some((topic) => !/^(?!\.{1,2}$)[\w.-]{0,249}$/.test(topic))) {
    review.refuse('topic', 'expected at most 249 letters of ASCII, digits, dots, underscores and hyphens');
  }
  reviewRules(config, review);
  reviewTransport(config, review);
  reviewSasl(config, review);
}

function reviewRules(config: Partial<KafkaTrigger>, { refuse, warn, given }: Review): void {
  if (config.allowIdleConsumers && config.limitToPartitionsWithLag) {
    refuse('allowIdleConsumers', 'expected either allowIdleConsumers or limitToPartitionsWithLag, found both');
  }
  if (config.limitToPartitionsWithLag && !given('topic')) {
    refuse('topic', 'is required with limitToPartitionsWithLag');
  }
  if (given('partitionLimitation') && !given('topic')) warn('partitionLimitation', 'has no effect without topic');
  if (config.scaleToZeroOnInvalidOffset && given('offsetResetPolicy')) {
    warn('offsetResetPolicy', 'has no effect: scaleToZeroOnInvalidOffset comes first');
  }
}

/** What only the type `kafka` refuses. KEDA: sarama's ParseKafkaVersion for `version`. */
export function reviewKafkaAlone(config: Partial<KafkaTrigger>, { refuse, given }: Review): void {
  const { ensureEvenDistributionOfPartitions, limitToPartitionsWithLag, fullMetadata, version } = config;
  if (ensureEvenDistributionOfPartitions && limitToPartitionsWithLag) {
    refuse(
      'limitToPartitionsWithLag',
      'expected either limitToPartitionsWithLag or ensureEvenDistributionOfPartitions, found both',
    );
  }
  if (version !== undefined && !/^(0\.\d+\.\d+\.\d+|[1-9]\d*\.\d+\.\d+)$/.test(version)) {
    refuse('version', `expected a version such as 2.8.0, found ${JSON.stringify(version)}`);
  }
  if (given('topic')) return;
  if (ensureEvenDistributionOfPartitions) refuse('topic', 'is required with ensureEvenDistributionOfPartitions');
  if (fullMetadata === false) refuse('topic', 'is required with fullMetadata: false');
}

function reviewTransport(config: Partial<KafkaTrigger>, review: Review): void {
  if (config.tls !== 'enable') {
    for (const name of ['ca', 'cert', 'key', 'unsafeSsl'] as const) {
      if (review.given(name) && config[name] !== false) review.warn(name, 'has no effect without tls: enable');
    }
    return;
  }
  reviewTls(config, review);
  if ((config.cert === undefined) !== (config.key === undefined)) {
    review.refuse(config.cert === undefined ? 'cert' : 'key', 'is required: cert and key belong together');
  }
}

function reviewSasl(config: Partial<KafkaTrigger>, review: Review): void {
  const { sasl, tls, awsRegion } = config;
  const { refuse, warn, given } = review;
  if (usesMskIam(config)) {
    if (tls !== 'enable') refuse('tls', 'expected enable: AWS IAM works over TLS alone');
    if (awsRegion === undefined) refuse('awsRegion', 'is required for the IAM of AWS');
    else reviewAwsRegion(awsRegion, review);
    reviewAwsAccess(config, review);
    return;
  }
  if (sasl === 'gssapi') {
    refuse('sasl', 'gssapi (Kerberos) is not supported; use plaintext, scram_sha256 or scram_sha512, with tls: enable');
  } else if (sasl === undefined || sasl === 'none') {
    for (const name of ['username', 'password']) if (given(name)) warn(name, 'has no effect without sasl');
  } else {
    for (const name of ['username', 'password']) if (!given(name)) refuse(name, `is required with sasl ${sasl}`);
  }
  if (sasl === 'oauthbearer') reviewOauth(config, review);
}

function reviewOauth({ oauthTokenEndpointUri: uri, oauthExtensions }: Partial<KafkaTrigger>, { refuse }: Review): void {
  if (uri === undefined) refuse('oauthTokenEndpointUri', 'is required with sasl oauthbearer');
  else if (!httpUrl(uri)) refuse('oauthTokenEndpointUri', 'expected an http or https URI');
  const extensions = parseExtensions(oauthExtensions);
  if (!extensions) refuse('oauthExtensions', 'expected key=value pairs separated by commas');
  // RFC 7628, section 3.1: `auth` is where the token itself stands.
  const wrong = [...(extensions ?? [])].find(
    ([key, value]) => !/^(?!auth$)[A-Za-z]+$/.test(key) || !/^[\x21-\x7e \t\r\n]*$/.test(value),
  );
  if (wrong) refuse('oauthExtensions', 'expected names of letters alone, not auth, and values of printable ASCII');
}
