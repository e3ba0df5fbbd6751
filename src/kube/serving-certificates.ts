// Where the serving certificate lives in a cluster: a Secret that all replicas share, and the APIService that trusts its CA.
import { ConfigError, KubeError } from '../errors.ts';
import { type ApiService, describeOwner, isServedBy, takeOverCommand } from './api-service.ts';
import type { KubeClient, KubeObject } from './client.ts';
import { API_SERVICES, SECRETS } from './resources.ts';

/** PEM all through. */
export interface StoredBundle {
  readonly caPem: string;
  readonly caKeyPem: string;
  readonly certPem: string;
  readonly keyPem: string;
}

export interface ServingCertificateStore {
  /** Undefined when there is no Secret, or an empty one. */
  load(signal: AbortSignal): Promise<StoredBundle | undefined>;
  /** False when somebody else wrote after our load(). */
  save(bundle: StoredBundle, signal: AbortSignal): Promise<boolean>;
  /** Writes the CA into the APIService unless it is there already. Rejects with a ConfigError when there is none, or it is somebody else's. */
  publish(caPem: string, signal: AbortSignal): Promise<void>;
}

export interface ServingCertificateOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** `sluice-certs` when not given. */
  readonly secretName?: string;
  /** For example `v1beta1.external.metrics.k8s.io`. */
  readonly apiService: string;
  /** Of the Service in front of us, in `namespace`: an APIService that names another one is not ours to write. */
  readonly serviceName: string;
}

interface Secret extends KubeObject {
  readonly type?: string;
  readonly data?: Readonly<Record<string, string>>;
}

const KEYS = { caPem: 'ca.crt', caKeyPem: 'ca.key', certPem: 'tls.crt', keyPem: 'tls.key' } as const;

export function createServingCertificateStore(options: ServingCertificateOptions): ServingCertificateStore {
  const { client, namespace, secretName = 'sluice-certs', apiService } = options;
  const key = { namespace, name: secretName };
  const service = { namespace, name: options.serviceName };
  const wrong = (message: string): ConfigError => new ConfigError(`APIService ${apiService}`, [{ field: '', message }]);
  let loaded: Secret | undefined;

  async function read<T extends KubeObject>(get: Promise<T>): Promise<T | undefined> {
    try {
      return await get;
    } catch (error) {
      if (error instanceof KubeError && error.code === 'KUBE_NOT_FOUND') return undefined;
      throw error;
    }
  }

  return {
    async load(signal) {
      loaded = await read(client.get<Secret>(SECRETS, key, { signal }));
      const field = (name: string): string => Buffer.from(loaded?.data?.[name] ?? '', 'base64').toString();
      const bundle = {
        caPem: field(KEYS.caPem),
        caKeyPem: field(KEYS.caKeyPem),
        certPem: field(KEYS.certPem),
        keyPem: field(KEYS.keyPem),
      };
      return Object.values(bundle).every((pem) => pem !== '') ? bundle : undefined;
    },

    async save(bundle, signal) {
      const encode = (pem: string): string => Buffer.from(pem).toString('base64');
      const data = {
        ...loaded?.data,
        [KEYS.caPem]: encode(bundle.caPem),
        [KEYS.caKeyPem]: encode(bundle.caKeyPem),
        [KEYS.certPem]: encode(bundle.certPem),
        [KEYS.keyPem]: encode(bundle.keyPem),
      };
      try {
        if (loaded === undefined) {
          const secret: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: key, type: 'Opaque', data };
          await client.create(SECRETS, secret, { signal });
        } else {
          await client.replace(SECRETS, { ...loaded, data }, { signal });
        }
        return true;
      } catch (error) {
        if (error instanceof KubeError && error.code === 'KUBE_CONFLICT') return false;
        throw error;
      }
    },

    async publish(caPem, signal) {
      const caBundle = Buffer.from(caPem).toString('base64');
      const found = await read(client.get<ApiService>(API_SERVICES, { name: apiService }, { signal }));
      if (found === undefined)
        throw wrong('expected one, found none: install it with the chart: helm upgrade --install');
      if (!isServedBy(found, service)) {
        throw wrong(
          `it belongs to ${describeOwner(found)}, so it is left alone, and HPAs get no metrics of ours; to take it over: ${takeOverCommand(apiService, service)}`,
        );
      }
      const { spec, metadata } = found;
      if (spec?.caBundle === caBundle && spec.insecureSkipTLSVerify !== true) return;
      // Whose it is was true of this version.
      const { resourceVersion } = metadata;
      const body = { metadata: { resourceVersion }, spec: { caBundle, insecureSkipTLSVerify: null } };
      await client.patch(API_SERVICES, { name: apiService }, { type: 'merge', body }, { signal });
    },
  };
}
