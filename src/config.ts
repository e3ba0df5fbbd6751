// The options of `sluice run`: one table gives the flags, the environment variables, the defaults, --help and the README's table.
// The only file that reads process.env.
import { z } from 'zod';
import { ConfigError } from './errors.ts';

const text = z.string();
const flag = z
  .string()
  .refine((v) => /^(1|t|true|0|f|false)$/i.test(v), 'expected true or false')
  .transform((v) => /^(1|t|true)$/i.test(v));
const integer = (min: number, max: number) =>
  z
    .string()
    .refine(
      (v) => /^\d+$/.test(v) && Number(v) >= min && Number(v) <= max,
      `expected a whole number from ${min} to ${max}`,
    )
    .transform(Number);
const list = z.string().transform((v) =>
  v
    .replace(/^""$/, '')
    .split(',')
    .map((s) => s.trim())
    .filter((s) => s !== ''),
);
const oneOf = <const T extends readonly string[]>(...values: T) =>
  z.enum(values, { error: `expected ${values.join(' or ')}` });

interface Option<S extends z.ZodType> {
  readonly flag: string;
  /** What stands behind the flag in --help; a flag without it takes true or false and may stand alone. */
  readonly value?: string;
  /** The environment variable; KEDA's name where it means the same. */
  readonly env: string;
  readonly default: string;
  readonly describe: string;
  readonly schema: S;
}
const option = <S extends z.ZodType>(o: Option<S>): Option<S> => o;

export const OPTIONS = {
  kubeconfig: option({
    flag: '--kubeconfig',
    value: 'FILE',
    env: 'KUBECONFIG',
    default: '',
    schema: text,
    describe: 'Kubeconfig file; without it the pod’s service account, then ~/.kube/config',
  }),
  context: option({
    flag: '--context',
    value: 'NAME',
    env: 'SLUICE_CONTEXT',
    default: '',
    schema: text,
    describe: 'Context of the kubeconfig',
  }),
  watchNamespaces: option({
    flag: '--watch-namespace',
    value: 'LIST',
    env: 'WATCH_NAMESPACE',
    default: '',
    schema: list,
    describe: 'Namespaces to serve, separated by commas; empty serves all',
  }),
  podNamespace: option({
    flag: '--pod-namespace',
    value: 'NAME',
    env: 'POD_NAMESPACE',
    default: 'sluice',
    schema: text,
    describe: 'Namespace of Sluice itself: certificate Secret, Events of its own',
  }),
  clusterObjectNamespace: option({
    flag: '--cluster-object-namespace',
    value: 'NAME',
    env: 'KEDA_CLUSTER_OBJECT_NAMESPACE',
    default: '',
    schema: text,
    describe: 'Namespace of the Secrets that a ClusterTriggerAuthentication names; empty is --pod-namespace',
  }),
  membership: option({
    flag: '--membership',
    env: 'SLUICE_MEMBERSHIP',
    default: 'false',
    schema: flag,
    describe:
      'Share the objects with the other replicas of the same --service-name, by Leases in --pod-namespace; needed for more than one',
  }),
  identity: option({
    flag: '--identity',
    value: 'NAME',
    env: 'POD_NAME',
    default: '',
    schema: text.refine((v) => /^[-.\w]*$/.test(v), 'expected letters, digits, - . and _'),
    describe: 'Name of this replica on its Lease and in requests; empty is the host name',
  }),
  controller: option({
    flag: '--controller',
    env: 'SLUICE_CONTROLLER',
    default: 'true',
    schema: flag,
    describe: 'Run the controller',
  }),
  metricsAdapter: option({
    flag: '--metrics-adapter',
    env: 'SLUICE_METRICS_ADAPTER',
    default: 'true',
    schema: flag,
    describe: 'Serve external.metrics.k8s.io',
  }),
  readTimeoutMs: option({
    flag: '--read-timeout',
    value: 'MS',
    env: 'KEDA_HTTP_DEFAULT_TIMEOUT',
    default: '3000',
    schema: integer(100, 60_000),
    describe: 'Deadline of one read of a source, in milliseconds',
  }),
  securePort: option({
    flag: '--secure-port',
    value: 'PORT',
    env: 'SLUICE_SECURE_PORT',
    default: '6443',
    schema: integer(0, 65_535),
    describe: 'Port of the metrics API (HTTPS); 0 takes a free one',
  }),
  bindAddress: option({
    flag: '--bind-address',
    value: 'IP',
    env: 'SLUICE_BIND_ADDRESS',
    default: '0.0.0.0',
    schema: text,
    describe: 'Address that the metrics API and the webhook listen on',
  }),
  tlsCertFile: option({
    flag: '--tls-cert-file',
    value: 'FILE',
    env: 'SLUICE_TLS_CERT_FILE',
    default: '',
    schema: text,
    describe: 'Serving certificate (PEM), re-read when it changes; empty makes and renews one',
  }),
  tlsPrivateKeyFile: option({
    flag: '--tls-private-key-file',
    value: 'FILE',
    env: 'SLUICE_TLS_PRIVATE_KEY_FILE',
    default: '',
    schema: text,
    describe: 'Key of --tls-cert-file',
  }),
  certSecretName: option({
    flag: '--cert-secret-name',
    value: 'NAME',
    env: 'SLUICE_CERT_SECRET_NAME',
    default: 'sluice-certs',
    schema: text,
    describe: 'Secret that keeps the self-made certificates',
  }),
  serviceName: option({
    flag: '--service-name',
    value: 'NAME',
    env: 'SLUICE_SERVICE_NAME',
    default: 'sluice-metrics-apiserver',
    schema: text,
    describe: 'Service in front of the metrics API: names on the self-made certificate',
  }),
  apiservicePatching: option({
    flag: '--enable-apiservice-patching',
    env: 'SLUICE_APISERVICE_PATCHING',
    default: 'true',
    schema: flag,
    describe: 'Write the self-made CA into the APIService v1beta1.external.metrics.k8s.io',
  }),
  admissionWebhook: option({
    flag: '--admission-webhook',
    env: 'SLUICE_ADMISSION_WEBHOOK',
    default: 'false',
    schema: flag,
    describe: 'Serve the validating webhook; the API server asks it when a ValidatingWebhookConfiguration says so',
  }),
  webhookPort: option({
    flag: '--webhook-port',
    value: 'PORT',
    env: 'SLUICE_WEBHOOK_PORT',
    default: '9443',
    schema: integer(0, 65_535),
    describe: 'Port of the validating webhook (HTTPS); 0 takes a free one',
  }),
  webhookServiceName: option({
    flag: '--webhook-service-name',
    value: 'NAME',
    env: 'SLUICE_WEBHOOK_SERVICE_NAME',
    default: 'sluice-admission-webhooks',
    schema: text,
    describe: 'Service in front of the webhook: names on the self-made certificate',
  }),
  webhookConfigurationName: option({
    flag: '--webhook-configuration-name',
    value: 'NAME',
    env: 'SLUICE_WEBHOOK_CONFIGURATION_NAME',
    default: 'sluice-admission',
    schema: text,
    describe: 'ValidatingWebhookConfiguration whose entries name that Service',
  }),
  webhookPatching: option({
    flag: '--enable-webhook-patching',
    env: 'SLUICE_WEBHOOK_PATCHING',
    default: 'true',
    schema: flag,
    describe: 'Write the self-made CA into those entries',
  }),
  diagnosticsAddress: option({
    flag: '--diagnostics-address',
    value: 'HOST:PORT',
    env: 'SLUICE_DIAGNOSTICS_ADDRESS',
    default: ':8080',
    schema: text,
    describe: '/healthz, /readyz, /metrics and /decisions over HTTP; empty switches them off',
  }),
  shutdownDelayMs: option({
    flag: '--shutdown-delay',
    value: 'MS',
    env: 'SLUICE_SHUTDOWN_DELAY',
    default: '0',
    schema: integer(0, 60_000),
    describe:
      'After SIGTERM the metrics API still accepts for so long, until everybody has noticed that it is not ready; 3000 is right in a cluster',
  }),
  logLevel: option({
    flag: '--log-level',
    value: 'LEVEL',
    env: 'SLUICE_LOG_LEVEL',
    default: 'info',
    schema: oneOf('debug', 'info', 'warn', 'error', 'silent'),
    describe: 'debug, info, warn, error or silent',
  }),
  logFormat: option({
    flag: '--log-format',
    value: 'FORMAT',
    env: 'SLUICE_LOG_FORMAT',
    default: 'auto',
    schema: oneOf('auto', 'json', 'pretty'),
    describe: 'json, pretty, or auto: pretty on a terminal',
  }),
} as const;

type Options = typeof OPTIONS;
export type OptionName = keyof Options;
export type Config = { readonly [K in OptionName]: z.output<Options[K]['schema']> };

export type Environment = Readonly<Record<string, string | undefined>>;

/** This process's environment; everything else takes an Environment. */
export function processEnvironment(): Environment {
  return process.env;
}

/** Flags win over the environment, the environment over the defaults; an empty variable counts as absent. Throws one ConfigError that names every bad option. */
export function readConfig(flags: Readonly<Record<string, string | boolean | undefined>>, env: Environment): Config {
  const issues: { field: string; message: string }[] = [];
  const entries = Object.entries(OPTIONS).map(([name, o]) => {
    const given = flags[name];
    const fromEnv = env[o.env];
    const value = given !== undefined ? String(given) : fromEnv !== undefined && fromEnv !== '' ? fromEnv : o.default;
    const parsed = o.schema.safeParse(value);
    if (!parsed.success) {
      const where = given === undefined ? o.env : o.flag;
      issues.push({
        field: where,
        message: `${parsed.error.issues[0]?.message ?? 'not understood'}, found "${value}"`,
      });
    }
    return [name, parsed.data];
  });
  const config = Object.fromEntries(entries) as Config;
  if (Boolean(config.tlsCertFile) !== Boolean(config.tlsPrivateKeyFile)) {
    issues.push({ field: '--tls-cert-file', message: 'needs --tls-private-key-file, and the other way round' });
  }
  if (issues.length > 0) throw new ConfigError('sluice run', issues);
  return config;
}

/** The table of the README. */
export function configMarkdown(): string {
  const rows = Object.values(OPTIONS).map((o) => {
    const name = 'value' in o ? `${o.flag} ${o.value}` : o.flag;
    return `| \`${name}\` | \`${o.env}\` | ${o.default === '' ? '' : `\`${o.default}\``} | ${o.describe} |`;
  });
  return ['| flag | environment | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
