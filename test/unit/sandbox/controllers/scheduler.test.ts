// Which node takes a pod, and what a pod says that none takes.
import { afterEach, describe, expect, it } from '@jest/globals';
import { NODES, PODS } from '../../../../src/kube/resources.ts';
import { type Node, objection } from '../../../../src/sandbox/controllers/scheduler.ts';
import { createWorkloadWorld, type WorkloadWorld } from '../../../support/workload-world.ts';

const aNode = (over: Partial<Node> = {}, labels: Record<string, string> = {}): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'node-1', labels },
  status: { conditions: [{ type: 'Ready', status: 'True' }] },
  ...over,
});
const taints = [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }];

describe('sandbox/controllers scheduler objection', () => {
  it.each([
    { what: 'a Ready node takes it', node: aNode(), pod: {}, answer: undefined },
    { what: 'not Ready', node: aNode({ status: {} }), pod: {}, answer: 'not ready' },
    { what: 'cordoned', node: aNode({ spec: { unschedulable: true } }), pod: {}, answer: 'cordoned' },
    { what: 'label', node: aNode(), pod: { nodeSelector: { disk: 'ssd' } }, answer: 'without the label disk=ssd' },
    {
      what: 'matching label',
      node: aNode({}, { disk: 'ssd' }),
      pod: { nodeSelector: { disk: 'ssd' } },
      answer: undefined,
    },
    { what: 'taint', node: aNode({ spec: { taints } }), pod: {}, answer: 'tainted with gpu' },
    {
      what: 'tolerated taint',
      node: aNode({ spec: { taints } }),
      pod: { tolerations: [{ key: 'gpu', value: 'yes' }] },
      answer: undefined,
    },
    {
      what: 'tolerates everything',
      node: aNode({ spec: { taints } }),
      pod: { tolerations: [{ operator: 'Exists' }] },
      answer: undefined,
    },
    {
      what: 'tolerates something else',
      node: aNode({ spec: { taints } }),
      pod: { tolerations: [{ key: 'gpu', value: 'no' }] },
      answer: 'tainted with gpu',
    },
  ])('$what: $answer', ({ node, pod, answer }) => {
    expect(objection(node, { containers: [], ...pod })).toBe(answer);
  });
});

describe('sandbox/controllers scheduler', () => {
  let world: WorkloadWorld;
  afterEach(() => world.stop());
  const aPod = (name: string, spec: object = {}) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: { containers: [], ...spec },
  });

  it('says why a pod waits, once, and binds it when a node changes', async () => {
    world = await createWorkloadWorld();
    await world.create(PODS, aPod('picky', { nodeSelector: { disk: 'ssd' } }));
    await world.clock.advance(60_000);
    const [waiting] = await world.pods();
    expect(waiting?.spec.nodeName).toBeUndefined();
    expect(waiting?.status?.conditions).toMatchObject([
      { type: 'PodScheduled', status: 'False', reason: 'Unschedulable' },
    ]);
    const { signal } = new AbortController();
    const body = { metadata: { labels: { disk: 'ssd' } } };
    await world.kube.patch(NODES, { name: 'node-1' }, { type: 'merge', body }, { signal });
    await world.clock.advance(1000);
    expect((await world.pods())[0]?.spec.nodeName).toBe('node-1');
  });

  it("leaves another scheduler's pods alone", async () => {
    world = await createWorkloadWorld();
    await world.create(PODS, aPod('other', { schedulerName: 'mine' }));
    await world.clock.advance(1000);
    expect((await world.pods())[0]?.spec.nodeName).toBeUndefined();
  });
});
