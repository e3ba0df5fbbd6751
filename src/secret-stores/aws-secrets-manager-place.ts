// Where Secrets Manager answers: the address of a region, or what our environment says instead, by the names that AWS's SDKs know.
import type { Environment } from '../config.ts';

/** Regions of other partitions than the public one, the longer beginning first. https://docs.aws.amazon.com/general/latest/gr/rande.html */
const DOMAINS: readonly (readonly [begins: string, domain: string])[] = [
  ['cn-', 'amazonaws.com.cn'],
  ['eusc-', 'amazonaws.eu'],
  ['us-isob-', 'sc2s.sgov.gov'],
  ['us-isof-', 'csp.hci.ic.gov'],
  ['us-iso-', 'c2s.ic.gov'],
  ['eu-isoe-', 'cloud.adc-e.uk'],
];

/** Undefined where our environment names something that is no URL. */
export function awsEndpoint(region: string, env: Environment): URL | undefined {
  const own = env['AWS_ENDPOINT_URL_SECRETS_MANAGER'] || env['AWS_ENDPOINT_URL'] || '';
  const domain = DOMAINS.find(([begins]) => region.startsWith(begins))?.[1] ?? 'amazonaws.com';
  const service = env['AWS_USE_FIPS_ENDPOINT'] === 'true' ? 'secretsmanager-fips' : 'secretsmanager';
  return URL.parse(own === '' ? `https://${service}.${region}.${domain}` : own) ?? undefined;
}
