// KEDA's series about the program itself and about what it does for objects that have no triggers.
import type { Family } from './exposition.ts';
import { histogramSamples } from './exposition.ts';
import { countRequest, type HttpFigures } from './http-figures.ts';

/** What an emitter of CloudEvents tells. */
export interface CloudEventTelemetry {
  /** An event was given to a sink, or given up. `sink`: `http` or `azureEventGridTopic`. */
  emitted(event: {
    readonly namespace: string;
    readonly source: string;
    readonly sink: string;
    readonly state: 'emitted' | 'failed';
  }): void;
  /** How many events wait in a namespace now. */
  queued(queue: { readonly namespace: string; readonly count: number }): void;
  /** A CloudEventSource is there no more; the last one of its namespace, too, with `queued`. */
  gone(source: { readonly namespace: string; readonly source: string }): void;
}

export interface KedaProcess {
  readonly families: readonly Family[];
  readonly cloudEvents: CloudEventTelemetry;
  /** A request for a trigger of that type, whichever object's it is. */
  httpRequest(request: { readonly type: string; readonly status: string; readonly seconds: number }): void;
  /** Requests by `type` and `status`, for other ways out. */
  requests(): Iterable<{ readonly type: string; readonly status: string; readonly figures: HttpFigures }>;
  emissions(): Iterable<Emission>;
  waiting(): Iterable<readonly [namespace: string, count: number]>;
}

export interface Emission {
  readonly namespace: string;
  readonly source: string;
  readonly sink: string;
  readonly state: string;
  count: number;
}

/** As Go names them. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/** What keda_build_info says, by label. */
export const buildInfo = (version: string): Readonly<Record<string, string>> => ({
  version,
  git_commit: '',
  goversion: `node ${process.version}`,
  goos: process.platform,
  goarch: ARCHITECTURES[process.arch] ?? process.arch,
});

export function createKedaProcess(version: string): KedaProcess {
  const requests = new Map<string, HttpFigures>();
  const emissions = new Map<string, Emission>();
  const waiting = new Map<string, number>();
  const built = buildInfo(version);

  function* requestsByType() {
    for (const [key, figures] of requests) {
      const [type = '', status = ''] = key.split(' ');
      yield { type, status, figures };
    }
  }

  return {
    requests: requestsByType,
    emissions: () => emissions.values(),
    waiting: () => waiting,
    httpRequest: ({ type, status, seconds }) => countRequest(requests, `${type} ${status}`, seconds),
    cloudEvents: {
      emitted({ namespace, source, sink, state }) {
        const key = [namespace, source, sink, state].join('/');
        const found = emissions.get(key);
        if (found) found.count++;
        else emissions.set(key, { namespace, source, sink, state, count: 1 });
      },
      queued: ({ namespace, count }) => void waiting.set(namespace, count),
      gone({ namespace, source }) {
        for (const [key, emission] of emissions) {
          if (emission.namespace === namespace && emission.source === source) emissions.delete(key);
        }
        const isLast = [...emissions.values()].every((emission) => emission.namespace !== namespace);
        if (isLast) waiting.delete(namespace);
      },
    },
    families: [
      {
        name: 'keda_build_info',
        type: 'gauge',
        help: '1, with the version; the labels are KEDA’s, goversion says which Node it is',
        labels: Object.keys(built),
        samples: () => [{ values: Object.values(built), value: 1 }],
      },
      {
        name: 'keda_cloudeventsource_events_emitted_total',
        type: 'counter',
        help: 'CloudEvents given to a sink, or given up (state failed)',
        labels: ['namespace', 'cloudeventsource', 'eventsink', 'state'],
        *samples() {
          for (const { namespace, source, sink, state, count } of emissions.values()) {
            yield { values: [namespace, source, sink, state], value: count };
          }
        },
      },
      {
        name: 'keda_cloudeventsource_events_queued',
        type: 'gauge',
        help: 'CloudEvents that wait for a sink',
        labels: ['namespace'],
        *samples() {
          for (const [namespace, value] of waiting) yield { values: [namespace], value };
        },
      },
    ],
  };
}

/** Without the labels that have as many values as there are triggers. */
export function httpDurations({ requests }: Pick<KedaProcess, 'requests'>): Family {
  return {
    name: 'keda_scaler_http_request_duration_seconds',
    type: 'histogram',
    help: 'Durations of HTTP requests of triggers; with --enable-high-cardinality-metrics-labels for each trigger',
    labels: ['scaler', 'status_code'],
    *samples() {
      for (const { type, status, figures } of requests()) yield* histogramSamples([type, status], figures);
    },
  };
}
