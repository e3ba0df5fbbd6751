// Printer columns, JSONPath and durations.
import { describe, expect, it } from '@jest/globals';
import { builtInTypes } from '../../../../src/sandbox/api-server/kinds/built-in.ts';
import type { ApiObject, Json } from '../../../../src/sandbox/api-server/object.ts';
import { columnsOfDefinition } from '../../../../src/sandbox/api-server/table/columns.ts';
import { shortDuration } from '../../../../src/sandbox/api-server/table/duration.ts';
import { compileJsonPath } from '../../../../src/sandbox/api-server/table/json-path.ts';

const NOW = Date.UTC(2026, 0, 2);

function cells(kind: string, object: object): Record<string, Json> {
  const type = builtInTypes().find((t) => t.kind === kind);
  const full = {
    metadata: { name: 'x', creationTimestamp: '2026-01-01T23:58:30Z' },
    ...object,
  } as unknown as ApiObject;
  return Object.fromEntries((type?.columns ?? []).map((column) => [column.name, column.cell(full, NOW)]));
}

describe('sandbox/api-server/table', () => {
  it.each([
    [0, '0s'],
    [119_000, '119s'],
    [200_000, '3m20s'],
    [600_000, '10m'],
    [3 * 3_600_000, '3h'],
    [3.5 * 3_600_000, '3h30m'],
    [30 * 3_600_000, '30h'],
    [75 * 3_600_000, '3d3h'],
    [40 * 86_400_000, '40d'],
    [800 * 86_400_000, '2y70d'],
    [-5_000, '<invalid>'],
  ])('%i ms are %s', (ms, expected) => {
    expect(shortDuration(ms)).toBe(expected);
  });

  it.each<[string, readonly Json[]]>([
    ['.spec.a', [1]],
    ['{.spec.a}', [1]],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    ["$.status.conditions[?(@.type=='Nope')].status", []],
    ['.spec.list[*].n', ['x', 'y']],
    ['.spec.list[1].n', ['y']],
    ['.spec.list[-1].n', ['y']],
    ["['spec']['a']", [1]],
    ['.metadata.labels.example\\.com/x', []],
    ['.spec..a', []],
  ])('%s finds %j', (path, expected) => {
    const object = {
      spec: { a: 1, list: [{ n: 'x' }, { n: 'y' }] },
      status: { conditions: [{ type: 'Ready', status: 'True' }] },
    };
    expect(compileJsonPath(path)(object)).toEqual(expected);
  });

  it('shows the columns of a definition by their type', () => {
    const columns = columnsOfDefinition({
      additionalPrinterColumns: [
        { name: 'N', type: 'integer', jsonPath: '.spec.n' },
        { name: 'Since', type: 'date', jsonPath: '.status.since' },
        { name: 'Types', type: 'string', jsonPath: '.spec.t[*]' },
        { name: 'None', type: 'string', jsonPath: '.spec.none' },
      ],
    });
    const object = { spec: { n: 3, t: ['a', 'b'] }, status: { since: '2026-01-01T23:59:00Z' } } as unknown as ApiObject;
    expect(columns.map((column) => column.cell(object, NOW))).toEqual([3, '60s', 'a,b', null]);
  });

  it.each<[string, string, object, Record<string, Json>]>([
    [
      'a Deployment',
      'Deployment',
      { spec: { replicas: 3 }, status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 2 } },
      { Ready: '2/3', 'Up-to-date': 3, Available: 2, Age: '90s' },
    ],
    [
      'a pod that waits',
      'Pod',
      { spec: { containers: [{ name: 'a' }] }, status: { phase: 'Pending' } },
      { Ready: '0/1', Status: 'Pending', Restarts: '0' },
    ],
    [
      'a pod that crashes',
      'Pod',
      {
        spec: { containers: [{ name: 'a' }] },
        status: {
          phase: 'Running',
          containerStatuses: [
            {
              ready: false,
              restartCount: 2,
              state: { waiting: { reason: 'CrashLoopBackOff' } },
              lastState: { terminated: { finishedAt: '2026-01-01T23:59:50Z' } },
            },
          ],
        },
      },
      { Ready: '0/1', Status: 'CrashLoopBackOff', Restarts: '2 (10s ago)' },
    ],
    [
      'a pod that goes',
      'Pod',
      { metadata: { name: 'p', deletionTimestamp: '2026-01-01T23:59:50Z' }, status: { phase: 'Running' } },
      { Status: 'Terminating' },
    ],
    [
      'an HPA',
      'HorizontalPodAutoscaler',
      {
        spec: {
          scaleTargetRef: { kind: 'Deployment', name: 'd' },
          minReplicas: 1,
          maxReplicas: 4,
          metrics: [
            {
              type: 'External',
              external: { metric: { name: 'm' }, target: { type: 'AverageValue', averageValue: '5' } },
            },
          ],
        },
        status: {
          currentReplicas: 2,
          currentMetrics: [{ type: 'External', external: { current: { averageValue: '3' } } }],
        },
      },
      { Reference: 'Deployment/d', Targets: '3/5 (avg)', MinPods: '1', MaxPods: 4, Replicas: 2 },
    ],
    [
      'a Job',
      'Job',
      { spec: { completions: 2 }, status: { succeeded: 1, startTime: '2026-01-01T23:59:00Z' } },
      { Status: 'Running', Completions: '1/2', Duration: '60s' },
    ],
  ])('shows %s', (_name, kind, object, expected) => {
    expect(cells(kind, object)).toMatchObject(expected);
  });
});
