// The token with which AWS lets an identity into a Kafka of MSK: a call of kafka-cluster:Connect, signed ahead, as text.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html has the rules of the signature.
import { createHash, createHmac } from 'node:crypto';
import type { AwsCredentials } from '../aws-identity.ts';

const ALGORITHM = 'AWS4-HMAC-SHA256';
const SERVICE = 'kafka-cluster';
/** The longest that MSK takes. */
const LIFE_S = 900;

/** Good for 15 minutes from `nowMs`, milliseconds since the epoch; a connection outlives it. */
export function mskToken(region: string, credentials: AwsCredentials, nowMs: number): string {
  const host = `kafka.${region}.amazonaws.com`;
  const time = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const scope = `${day}/${region}/${SERVICE}/aws4_request`;
  const query = queryOf({
    Action: 'kafka-cluster:Connect',
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': `${credentials.accessKeyId}/${scope}`,
    'X-Amz-Date': time,
    'X-Amz-Expires': String(LIFE_S),
    ...(credentials.sessionToken === undefined ? {} : { 'X-Amz-Security-Token': credentials.sessionToken }),
    'X-Amz-SignedHeaders': 'host',
  });
  const request = ['GET', '/', query, `host:${host}`, '', 'host', sha256('')].join('\n');
  const key = [day, region, SERVICE, 'aws4_request'].reduce<Buffer | string>(
    hmac,
    `AWS4${credentials.secretAccessKey}`,
  );
  const signature = hmac(key, [ALGORITHM, time, scope, sha256(request)].join('\n')).toString('hex');
  return Buffer.from(`https://${host}/?${query}&X-Amz-Signature=${signature}&User-Agent=sluice`).toString('base64url');
}

/** In the order of the names, which they are in already. */
function queryOf(parameters: Readonly<Record<string, string>>): string {
  const encode = (text: string): string =>
    encodeURIComponent(text).replaceAll(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`);
  return Object.entries(parameters)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
