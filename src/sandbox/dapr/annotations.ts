// What a pod's annotations ask of its Dapr sidecar.
import { ConfigError, type FieldIssue } from '../../errors.ts';
import type { KubeObject } from '../../kube/client.ts';
import { parseGoDuration } from './go-duration.ts';

export interface SidecarSettings {
  readonly namespace: string;
  readonly podName: string;
  readonly appId: string;
  /** The container port on which the app listens; undefined when it serves nothing. */
  readonly appPort: number | undefined;
  /** Parallel calls into the app; Infinity when not limited. */
  readonly appMaxConcurrency: number;
  readonly gracefulShutdownMs: number;
  /** How long the API stays up after subscriptions and bindings have been stopped; undefined for not at all. */
  readonly blockShutdownMs: number | undefined;
  readonly healthCheck: AppHealthCheck | undefined;
  readonly bindingOptionsTimeoutMs: number;
  /** Name of the Configuration object, if any. */
  readonly configuration: string | undefined;
}

export interface AppHealthCheck {
  readonly path: string;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Failures in a row that make the app unhealthy. */
  readonly threshold: number;
}

export interface PodAnnotations {
  readonly settings: SidecarSettings;
  /** What will not work as its author may think. */
  readonly warnings: readonly string[];
}

/** Annotations of 2019 that today's Dapr ignores, and their names of today. */
const RENAMED: Readonly<Record<string, string>> = {
  'dapr.io/id': 'dapr.io/app-id',
  'dapr.io/port': 'dapr.io/app-port',
};

/** Undefined when the pod wants no sidecar. Throws a ConfigError that names every annotation that can't be honoured. */
export function readAnnotations(pod: KubeObject): PodAnnotations | undefined {
  const { name, namespace = 'default', annotations = {} } = pod.metadata;
  if (!isTrue(annotations['dapr.io/enabled'])) return undefined;
  const issues: FieldIssue[] = [];
  const read = createReader(annotations, issues);

  if ((annotations['dapr.io/app-protocol'] ?? 'http') !== 'http') {
    issues.push({
      field: 'dapr.io/app-protocol',
      message: `the sidecar stand-in calls apps over http only, not '${annotations['dapr.io/app-protocol']}'`,
    });
  }
  const maxConcurrency = read.number('dapr.io/app-max-concurrency', -1, -1);
  const settings: SidecarSettings = {
    namespace,
    podName: name,
    // Dapr: without an app-id the pod's name stands in.
    appId: annotations['dapr.io/app-id'] ?? name,
    appPort: read.number('dapr.io/app-port', undefined, 1, 65_535),
    appMaxConcurrency: maxConcurrency > 0 ? maxConcurrency : Infinity,
    gracefulShutdownMs: 1000 * read.number('dapr.io/graceful-shutdown-seconds', 5, 0),
    blockShutdownMs: read.duration('dapr.io/block-shutdown-duration'),
    healthCheck: isTrue(annotations['dapr.io/enable-app-health-check'])
      ? {
          path: annotations['dapr.io/app-health-check-path'] ?? '/healthz',
          intervalMs: 1000 * read.number('dapr.io/app-health-probe-interval', 5, 1),
          timeoutMs: read.number('dapr.io/app-health-probe-timeout', 500, 1),
          threshold: read.number('dapr.io/app-health-threshold', 3, 1),
        }
      : undefined,
    bindingOptionsTimeoutMs: read.duration('dapr.io/app-binding-options-timeout') ?? 3000,
    configuration: annotations['dapr.io/config'],
  };
  if (issues.length > 0) throw new ConfigError(`pod ${namespace}/${name}`, issues);
  return { settings, warnings: warningsOf(annotations, settings) };
}

function warningsOf(annotations: Readonly<Record<string, string>>, { appId }: SidecarSettings): readonly string[] {
  const renamed = Object.entries(RENAMED)
    .filter(([old, now]) => annotations[old] !== undefined && annotations[now] === undefined)
    .map(([old, now]) => `annotation ${old} is ignored by Dapr since 2020: write ${now}`);
  return annotations['dapr.io/app-id'] === undefined
    ? [...renamed, `no dapr.io/app-id: the pod's name ${appId} is the app-id, which changes with every pod`]
    : renamed;
}

interface Reader {
  number<T extends number | undefined>(name: string, fallback: T, least: number, most?: number): number | T;
  duration(name: string): number | undefined;
}

function createReader(annotations: Readonly<Record<string, string>>, issues: FieldIssue[]): Reader {
  return {
    number(name, fallback, least, most = Number.MAX_SAFE_INTEGER) {
      const text = annotations[name];
      if (text === undefined) return fallback;
      const value = Number(text);
      if (Number.isInteger(value) && value >= least && value <= most && text.trim() !== '') return value;
      issues.push({ field: name, message: `expected a whole number of at least ${least}, found '${text}'` });
      return fallback;
    },
    duration(name) {
      const text = annotations[name];
      const ms = text === undefined ? undefined : parseGoDuration(text);
      if (text !== undefined && ms === undefined) {
        issues.push({ field: name, message: `expected a duration such as 10s, found '${text}'` });
      }
      return ms;
    },
  };
}

/** Dapr: y, yes, true, t, on and 1 are true. */
export function isTrue(text: string | undefined): boolean {
  return /^(y|yes|true|t|on|1)$/i.test(text?.trim() ?? '');
}
