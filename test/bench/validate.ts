// How fast `sluice validate` is on a directory of many manifests, a new process each time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bench, elapsed, quantile, seconds } from './bench.ts';
import { openWorkspace, plainEnvironment } from './program.ts';

const FILES = 1_000;
const RUNS = 3;

export const validateBench: Bench = {
  name: 'validate',
  async run(report) {
    await using workspace = await openWorkspace();
    const directory = join(workspace.directory, 'manifests');
    await mkdir(directory);
    for (let i = 0; i < FILES; i++) await writeFile(join(directory, `worker-${i}.yaml`), manifest(i));
    const run = async (): Promise<void> => {
      const child = spawn(process.execPath, [workspace.program, 'validate', directory], {
        env: plainEnvironment(),
        stdio: ['ignore', 'ignore', 'inherit'],
      });
      const [code] = (await once(child, 'exit')) as [number];
      if (code !== 0) throw new Error(`sluice validate ended with ${code}`);
    };
    const times: number[] = [];
    for (let i = 0; i < RUNS; i++) times.push(await elapsed(run));
    const ms = quantile(times, 0.5);
    report({
      what: `\`sluice validate\` on ${FILES} files with a Deployment, a Secret, a TriggerAuthentication and a ScaledObject each`,
      value: `${seconds(ms)}, ${Math.round((FILES * 1_000) / ms)} ScaledObjects a second`,
    });
  },
};

function manifest(i: number): string {
  const name = `worker-${i}`;
  return `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec: { containers: [{ name: worker, image: "example.test/worker:1" }] }
---
apiVersion: v1
kind: Secret
metadata: { name: ${name}, namespace: shop }
stringData: { host: "amqp://user:password@rabbitmq.shop.svc:5672/" }
---
apiVersion: keda.sh/v1alpha1
kind: TriggerAuthentication
metadata: { name: ${name}, namespace: shop }
spec:
  secretTargetRef: [{ parameter: host, name: ${name}, key: host }]
---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: { name: ${name}, namespace: shop }
spec:
  scaleTargetRef: { name: ${name} }
  maxReplicaCount: 20
  triggers:
    - type: rabbitmq
      metadata: { queueName: ${name}, mode: QueueLength, value: "20" }
      authenticationRef: { name: ${name} }
`;
}
