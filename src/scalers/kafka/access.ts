// How a Kafka cluster is reached, and as whom: what the parameters of a trigger come to, and what a connection takes.
import type { AwsAccess } from '../aws-access.ts';
import type { TlsOptions } from '../tls.ts';

export interface KafkaAccess {
  readonly brokers: readonly KafkaAddress[];
  readonly tls: TlsOptions | undefined;
  readonly sasl: KafkaSasl | undefined;
}

export interface KafkaAddress {
  readonly host: string;
  readonly port: number;
}

export type KafkaSasl =
  | {
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
      readonly username: string;
      readonly password: string;
    }
  | {
      /** Tokens by OAuth2 client credentials; the extensions travel with each (KIP-342). */
      readonly mechanism: 'OAUTHBEARER';
      readonly tokenUrl: URL;
      readonly clientId: string;
      readonly clientSecret: string;
      readonly scopes: readonly string[];
      readonly extensions: ReadonlyMap<string, string>;
    }
  | {
      /** OAUTHBEARER whose token is a request to AWS, signed for the region. */
      readonly mechanism: 'AWS_MSK_IAM';
      readonly region: string;
      readonly aws: AwsAccess;
    };
