// The container that Dapr's injector would add to a pod: annotations become daprd's flags (Dapr: sidecar annotations).
import type { Container, Pod, Probe } from '../node-agent/pod.ts';
import { isTrue } from '../dapr/annotations.ts';

const DAPRD = 'daprd';

/** Container ports; each pod gets free ones of this host for them. */
const PORTS = { http: 3500, grpc: 50_001, internal: 50_002, metrics: 9090 } as const;
/** Stands for the port that the node agent found. */
const real = (port: number | string): string => `$(PORT_${port})`;

/** Annotation `dapr.io/NAME` to flag, where the value goes over as it is; daprd itself says what is wrong with it. */
const VALUES: Readonly<Record<string, string>> = {
  'app-protocol': 'app-protocol',
  'app-max-concurrency': 'app-max-concurrency',
  'log-level': 'log-level',
  'graceful-shutdown-seconds': 'dapr-graceful-shutdown-seconds',
  'block-shutdown-duration': 'dapr-block-shutdown-duration',
  'max-body-size': 'max-body-size',
  'read-buffer-size': 'read-buffer-size',
  'disable-init-endpoints': 'disable-init-endpoints',
};
const HEALTH_VALUES: Readonly<Record<string, string>> = {
  'app-health-check-path': 'app-health-check-path',
  'app-health-probe-interval': 'app-health-probe-interval',
  'app-health-probe-timeout': 'app-health-probe-timeout',
  'app-health-threshold': 'app-health-threshold',
};
const SWITCHES: Readonly<Record<string, string>> = {
  'enable-api-logging': 'enable-api-logging',
  'log-as-json': 'log-as-json',
};

export interface DaprdFiles {
  readonly resources: string;
  readonly configuration: string;
}

export function isWanted(pod: Pod): boolean {
  return isTrue(annotation(pod, 'enabled'));
}

export function isNative(pod: Pod): boolean {
  return isTrue(annotation(pod, 'enable-native-sidecar'));
}

/** Dapr: without the annotation the pod's name stands in. */
export function appIdOf(pod: Pod): string {
  return annotation(pod, 'app-id') ?? pod.metadata.name;
}

/** Paths in `files` are relative to the container's directory. Everything listens on loopback only. */
export function daprdContainer(pod: Pod, files: DaprdFiles): Container {
  return {
    name: DAPRD,
    image: DAPRD,
    args: daprdFlags(pod, files),
    env: [
      { name: 'NAMESPACE', valueFrom: { fieldRef: { fieldPath: 'metadata.namespace' } } },
      { name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      // Where other sidecars find this one.
      { name: 'DAPR_HOST_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } },
      ...ownVariables(annotation(pod, 'env') ?? ''),
    ],
    ports: Object.entries(PORTS).map(([name, containerPort]) => ({ name: `dapr-${name}`, containerPort })),
    readinessProbe: {
      httpGet: { path: '/v1.0/healthz', port: PORTS.http },
      ...probeTimes(pod, 'readiness', { delay: 1, timeout: 1, period: 1, threshold: 5 }),
    },
    livenessProbe: {
      tcpSocket: { port: PORTS.http },
      ...probeTimes(pod, 'liveness', { delay: 180, timeout: 3, period: 10, threshold: 5 }),
    },
  };
}

/** What the app's containers are told of their sidecar. */
export function appVariables(pod: Pod): Readonly<Record<string, string>> {
  const port = annotation(pod, 'app-port');
  return {
    APP_ID: appIdOf(pod),
    DAPR_HTTP_PORT: real(PORTS.http),
    DAPR_GRPC_PORT: real(PORTS.grpc),
    ...(port === undefined ? {} : { APP_PORT: appPort(pod, port) }),
  };
}

export function daprdFlags(pod: Pod, files: DaprdFiles): readonly string[] {
  const given = (table: Readonly<Record<string, string>>): readonly string[] =>
    Object.entries(table).flatMap(([name, flag]) => {
      const value = annotation(pod, name);
      return value === undefined || value === '' ? [] : [`--${flag}=${value}`];
    });
  const port = annotation(pod, 'app-port');
  return [
    '--mode=standalone',
    `--app-id=${appIdOf(pod)}`,
    ...(port === undefined ? [] : [`--app-port=${appPort(pod, port)}`]),
    `--dapr-http-port=${real(PORTS.http)}`,
    `--dapr-grpc-port=${real(PORTS.grpc)}`,
    `--dapr-internal-grpc-port=${real(PORTS.internal)}`,
    `--metrics-port=${real(PORTS.metrics)}`,
    '--dapr-listen-addresses=127.0.0.1',
    '--dapr-internal-grpc-listen-address=127.0.0.1',
    '--metrics-listen-address=127.0.0.1',
    `--resources-path=${files.resources}`,
    `--config=${files.configuration}`,
    ...given(VALUES),
    ...Object.entries(SWITCHES).flatMap(([name, flag]) => {
      const value = annotation(pod, name);
      return value === undefined ? [] : [`--${flag}=${isTrue(value)}`];
    }),
    ...(isTrue(annotation(pod, 'enable-app-health-check'))
      ? ['--enable-app-health-check', ...given(HEALTH_VALUES)]
      : []),
  ];
}

/** The app's port on this host, where a container declares it; what it doesn't declare is taken at its word. */
function appPort(pod: Pod, port: string): string {
  const isDeclared = pod.spec.containers.some(({ ports = [] }) => ports.some((p) => String(p.containerPort) === port));
  return isDeclared ? real(port) : port;
}

/** Dapr: `dapr.io/env` is `NAME=value,NAME=value`. */
function ownVariables(text: string): Container['env'] & object {
  return text
    .split(',')
    .map((part) => /^\s*([^=\s]+)\s*=(.*)$/.exec(part))
    .flatMap((found) => (found ? [{ name: found[1] ?? '', value: (found[2] ?? '').trim() }] : []));
}

function probeTimes(
  pod: Pod,
  kind: 'readiness' | 'liveness',
  otherwise: { readonly delay: number; readonly timeout: number; readonly period: number; readonly threshold: number },
): Probe {
  const number = (name: string, fallback: number): number => {
    const value = Number(annotation(pod, `sidecar-${kind}-probe-${name}`) ?? fallback);
    // Dapr: what is no number is ignored.
    return Number.isInteger(value) && value >= 0 ? value : fallback;
  };
  return {
    initialDelaySeconds: number('delay-seconds', otherwise.delay),
    timeoutSeconds: number('timeout-seconds', otherwise.timeout),
    periodSeconds: number('period-seconds', otherwise.period),
    failureThreshold: number('threshold', otherwise.threshold),
  };
}

function annotation(pod: Pod, name: string): string | undefined {
  return pod.metadata.annotations?.[`dapr.io/${name}`];
}
