// The token with which AWS lets an identity into a Kafka of MSK: a call of kafka-cluster:Connect, signed ahead, as text.
import type { Clock } from '../../async.ts';
import type { AwsCredentials } from '../aws-identity.ts';
import { presignAwsUrl } from '../aws-signature.ts';

const SERVICE = 'kafka-cluster';
/** The longest that MSK takes. */
const LIFE_S = 900;

/** Good for 15 minutes; a connection outlives it. */
export async function mskToken(region: string, credentials: AwsCredentials, clock: Clock): Promise<string> {
  const url = new URL(`https://kafka.${region}.amazonaws.com/?Action=${SERVICE}:Connect`);
  const { href } = await presignAwsUrl(url, LIFE_S, { service: SERVICE, region, credentials, clock });
  return Buffer.from(`${href}&User-Agent=sluice`).toString('base64url');
}
