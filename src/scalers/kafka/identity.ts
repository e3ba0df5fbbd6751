// The login that an identity comes to, with what is needed to get its tokens.
import { type AwsIdentity, leaseAwsIdentity } from '../aws-identity.ts';
import { createHttpClient } from '../http.ts';
import { createOauthToken } from '../oauth2.ts';
import type { Lease, ScalerDeps } from '../scaler.ts';
import type { KafkaAccess, KafkaSasl } from './access.ts';
import type { Login } from './broker.ts';
import { plainLogin, scramLogin, tokenLogin } from './login.ts';
import { mskToken } from './msk-token.ts';

export interface Identity {
  readonly login: Login;
  close(): Promise<void>;
}

type MskIam = Extract<KafkaSasl, { readonly mechanism: 'AWS_MSK_IAM' }>;

const TOKEN_SILENCE_MS = 5_000;
const nothingToClose = async (): Promise<void> => {};

/** Undefined when the brokers ask for none. `where` names the cluster in errors. */
export function createLogin({ sasl }: KafkaAccess, where: string, deps: ScalerDeps): Identity | undefined {
  if (sasl === undefined) return undefined;
  switch (sasl.mechanism) {
    case 'PLAIN':
      return { login: plainLogin(sasl), close: nothingToClose };
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512':
      return { login: scramLogin(sasl.mechanism, sasl), close: nothingToClose };
    case 'OAUTHBEARER': {
      const http = createHttpClient({ silenceMs: TOKEN_SILENCE_MS, mostBytes: 2 ** 20 });
      const tokens = createOauthToken({ ...sasl, parameters: undefined }, { http, clock: deps.clock, what: where });
      return { login: tokenLogin(tokens, sasl.extensions), close: () => http.close() };
    }
    case 'AWS_MSK_IAM':
      return mskIdentity(sasl, deps);
  }
}

/** The identity at AWS is leased with the first login, for it may be that of others as well. */
function mskIdentity({ region, aws }: MskIam, deps: ScalerDeps): Identity {
  let lease: Promise<Lease<AwsIdentity>> | undefined;
  const get = async (signal: AbortSignal, host: string): Promise<string> => {
    lease ??= leaseAwsIdentity(aws, region, deps);
    const { client } = await lease;
    return mskToken(region, await client.credentials({ host, field: 'bootstrapServers' }, signal), deps.clock);
  };
  const close = async (): Promise<void> => (await lease)?.release();
  return { login: tokenLogin({ get }, new Map()), close };
}
