// The sections of an authentication that secret stores read.
import type { TriggerAuthenticationSpec } from '../api/trigger-authentication.ts';

export type StoreName = 'hashiCorpVault' | 'azureKeyVault' | 'gcpSecretManager' | 'awsSecretManager' | 'oauth2';
export type Section<N extends StoreName> = NonNullable<TriggerAuthenticationSpec[N]>;
