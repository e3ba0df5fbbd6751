// What a pod's status says.
import { describe, expect, it } from '@jest/globals';
import type { ContainerState, ContainerStatus, Pod } from '../../../../src/sandbox/node-agent/pod.ts';
import { podStatus } from '../../../../src/sandbox/node-agent/pod-status.ts';
import type { PodView } from '../../../../src/sandbox/node-agent/pod-status.ts';

const WAITING: ContainerState = { waiting: { reason: 'ContainerCreating' } };
const RUNNING: ContainerState = { running: { startedAt: 'then' } };
const ended = (exitCode: number): ContainerState => ({
  terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt: 'then', finishedAt: 'now' },
});
const container = (
  name: string,
  state: ContainerState,
  ready = false,
  lastState: ContainerState = {},
): ContainerStatus => {
  return { name, image: 'i', imageID: '', ready, started: ready, restartCount: 0, state, lastState };
};
const POD: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers: [] } };
const view = (more: Partial<PodView>): PodView => ({
  pod: POD,
  init: [],
  main: [container('app', RUNNING, true)],
  sidecars: new Set(),
  initialized: true,
  finished: false,
  failure: undefined,
  before: [],
  startTime: 'start',
  now: 'now',
  ...more,
});
const condition = (more: Partial<PodView>, type: string) =>
  podStatus(view(more)).conditions?.find((c) => c.type === type);

describe('sandbox/node-agent/pod-status', () => {
  it.each<[string, Partial<PodView>, string]>([
    ['nothing has started', { main: [container('app', WAITING)] }, 'Pending'],
    ['an init container runs', { initialized: false, init: [container('init', RUNNING)] }, 'Pending'],
    ['one of two has not started', { main: [container('a', RUNNING), container('b', WAITING)] }, 'Pending'],
    ['all run', {}, 'Running'],
    [
      'one waits for its restart',
      { main: [container('app', { waiting: { reason: 'CrashLoopBackOff' } }, false, ended(1))] },
      'Running',
    ],
    ['one has ended, the other runs', { main: [container('a', ended(1)), container('b', RUNNING)] }, 'Running'],
    [
      'all have ended well',
      { finished: true, main: [container('a', ended(0)), container('b', ended(0))] },
      'Succeeded',
    ],
    ['one has ended badly', { finished: true, main: [container('a', ended(0)), container('b', ended(1))] }, 'Failed'],
    [
      'an init container has failed for good',
      { finished: true, init: [container('i', ended(1))], main: [container('a', WAITING)] },
      'Failed',
    ],
    [
      'a native sidecar was ended by a signal',
      {
        finished: true,
        sidecars: new Set(['s']),
        init: [container('s', ended(143))],
        main: [container('a', ended(0))],
      },
      'Succeeded',
    ],
    ['its time is up', { failure: { reason: 'DeadlineExceeded', message: 'm' } }, 'Failed'],
  ])('when %s', (_when, more, phase) => {
    expect(podStatus(view(more)).phase).toBe(phase);
  });

  it('is ready when every container and native sidecar is', () => {
    expect(condition({}, 'Ready')).toMatchObject({ status: 'True' });
    const sidecar = { sidecars: new Set(['s']), init: [container('s', RUNNING)] };
    expect(condition(sidecar, 'Ready')).toMatchObject({
      status: 'False',
      reason: 'ContainersNotReady',
      message: 'containers with unready status: [s]',
    });
  });

  it('is not ready while a readiness gate is closed, though its containers are', () => {
    const pod = { ...POD, spec: { ...POD.spec, readinessGates: [{ conditionType: 'example/gate' }] } };
    expect(condition({ pod }, 'ContainersReady')?.status).toBe('True');
    expect(condition({ pod }, 'Ready')).toMatchObject({ status: 'False', reason: 'ReadinessGatesNotReady' });
    const before = [{ type: 'example/gate', status: 'True' as const }];
    expect(condition({ pod, before }, 'Ready')?.status).toBe('True');
  });

  it('keeps the time of a condition whose status stays, and the conditions of others', () => {
    const before = [
      { type: 'Ready', status: 'True' as const, lastTransitionTime: 'earlier' },
      { type: 'ContainersReady', status: 'False' as const, lastTransitionTime: 'earlier' },
      { type: 'DisruptionTarget', status: 'True' as const, reason: 'EvictionByEvictionAPI' },
    ];
    expect(condition({ before }, 'Ready')?.lastTransitionTime).toBe('earlier');
    expect(condition({ before }, 'ContainersReady')?.lastTransitionTime).toBe('now');
    expect(condition({ before }, 'DisruptionTarget')).toEqual(before[2]);
  });

  it('calls an init container ready when it has done its work', () => {
    const init = [container('a', ended(0)), container('b', RUNNING)];
    const status = podStatus(view({ init, initialized: false }));
    expect(status.initContainerStatuses?.map((c) => c.ready)).toEqual([true, false]);
    expect(status.conditions?.find((c) => c.type === 'Initialized')).toMatchObject({
      status: 'False',
      message: 'containers with incomplete status: [b]',
    });
  });

  it('shows the added container waiting between its end and its next start, which the API server forbids for one that the spec lacks', () => {
    const main = [container('app', ended(137)), container('added', ended(137))];
    expect(podStatus(view({ main, added: 'added' })).containerStatuses).toMatchObject([
      { name: 'app', state: ended(137) },
      { name: 'added', state: { waiting: { reason: 'ContainerCreating' } }, lastState: ended(137) },
    ]);
    expect(podStatus(view({ main, added: 'added', finished: true })).containerStatuses).toMatchObject([
      { name: 'app', state: ended(137) },
      { name: 'added', state: ended(137) },
    ]);
  });
});
