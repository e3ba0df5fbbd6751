// The login that an identity comes to, with what is needed to get its tokens.
import type { Clock } from '../../async.ts';
import { ConfigError } from '../../errors.ts';
import { createHttpClient } from '../http.ts';
import { createOauthToken } from '../oauth2.ts';
import type { KafkaAccess } from './access.ts';
import type { Login } from './broker.ts';
import { plainLogin, scramLogin, tokenLogin } from './login.ts';
import { mskToken } from './msk-token.ts';

export interface Identity {
  readonly login: Login;
  close(): Promise<void>;
}

const TOKEN_SILENCE_MS = 5_000;
const nothingToClose = async (): Promise<void> => {};

/** Undefined when the brokers ask for none. `where` names the cluster in errors. */
export function createLogin({ sasl }: KafkaAccess, where: string, clock: Clock): Identity | undefined {
  if (sasl === undefined) return undefined;
  switch (sasl.mechanism) {
    case 'PLAIN':
      return { login: plainLogin(sasl), close: nothingToClose };
    case 'SCRAM-SHA-256':
    case 'SCRAM-SHA-512':
      return { login: scramLogin(sasl.mechanism, sasl), close: nothingToClose };
    case 'OAUTHBEARER': {
      const http = createHttpClient({ silenceMs: TOKEN_SILENCE_MS });
      const token = createOauthToken({ ...sasl, parameters: undefined }, { http, clock, what: where });
      return { login: tokenLogin(token, sasl.extensions), close: () => http.close() };
    }
    case 'AWS_MSK_IAM': {
      const { region, aws } = sasl;
      if (aws.kind !== 'keys') {
        const message =
          'a role, or the identity of Sluice itself, is not supported yet; give awsAccessKeyID and awsSecretAccessKey';
        throw new ConfigError('kafka trigger', [{ field: 'sasl', message }]);
      }
      return { login: tokenLogin(async () => mskToken(region, aws, clock.now()), new Map()), close: nothingToClose };
    }
  }
}
