// Small manifests for the tests of `sluice validate`, and a shortcut that judges texts as if they were files.
import type { InputFile } from '../../../../src/cli/validate/input-files.ts';
import type { ObjectReport } from '../../../../src/cli/validate/report.ts';
import { validate } from '../../../../src/cli/validate/validate.ts';

async function* asFiles(texts: Readonly<Record<string, string>>): AsyncGenerator<InputFile> {
  for (const [file, text] of Object.entries(texts)) yield { file, mode: 'found', content: { text } };
}

/** The reports on files given by name and text. */
export async function judgeFiles(texts: Readonly<Record<string, string>>): Promise<readonly ObjectReport[]> {
  return Array.fromAsync(validate(asFiles(texts), new AbortController().signal));
}

/** Every problem of one text, as `line path SEVERITY? CODE`. */
export async function problemsOf(text: string): Promise<readonly string[]> {
  const reports = await judgeFiles({ 'a.yaml': text });
  return reports.flatMap(({ problems }) =>
    problems.map(
      ({ line, path, severity, code }) => `${line} ${path} ${severity === 'error' ? '' : `${severity} `}${code}`,
    ),
  );
}

/** Every message of one text. */
export async function messagesOf(text: string): Promise<string> {
  const reports = await judgeFiles({ 'a.yaml': text });
  return reports.flatMap(({ problems }) => problems.map(({ message }) => message)).join('\n');
}

export const scaledObject = (spec: string, name = 'consumer-scaler'): string => `
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata: { name: ${name}, namespace: shop }
spec:
${spec.replace(/^/gm, '  ')}
`;

export const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: consumer, namespace: shop }
spec:
  template:
    spec:
      containers:
        - name: app
          resources: { requests: { cpu: 100m } }
          env:
            - { name: REDIS, value: "redis:6379" }
            - { name: PASSWORD, valueFrom: { secretKeyRef: { name: redis, key: password } } }
`;
