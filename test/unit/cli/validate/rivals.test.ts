// Objects that get in each other's way.
import { describe, expect, it } from '@jest/globals';
import { judgeFiles, problemsOf, scaledObject } from './manifests.ts';

const cron = `triggers:
  - type: cron
    metadata: { timezone: Europe/Berlin, start: 0 8 * * *, end: 0 18 * * *, desiredReplicas: "3" }`;
const good = scaledObject(`scaleTargetRef: { name: consumer }\n${cron}`);
const REST = `scaleTargetRef: { name: consumer }\n${cron}`;
describe('rivals', () => {
  const second = scaledObject(REST, 'second');
  it('are two ScaledObjects on one target in one file', async () =>
    expect(await problemsOf(`${good}---${second}`)).toEqual(['15 spec.scaleTargetRef TARGET_TAKEN']));
  it('are only mentioned when they stand in two files of one directory, which may be alternatives', async () => {
    const reports = await judgeFiles({
      'k8s/a.yaml': good,
      'k8s/b.yaml': second,
      'other/c.yaml': scaledObject(REST, 'third'),
    });
    expect(reports.map(({ problems }) => problems.map(({ severity, code }) => `${severity} ${code}`))).toEqual([
      [],
      ['info TARGET_TAKEN'],
      [],
    ]);
  });
  it('are not two objects in different namespaces', async () =>
    expect(await problemsOf(`${good}---${second.replace('shop', 'other')}`)).toEqual([]));
  it('are not one object that is there twice, but that is said', async () =>
    expect(await problemsOf(`${good}---${good}`)).toEqual(['13 metadata.name warning DUPLICATE_OBJECT']));
  it('are two objects with one HPA name', async () => {
    const named = (name: string, target: string) =>
      scaledObject(
        `advanced: { horizontalPodAutoscalerConfig: { name: hpa } }\nscaleTargetRef: { name: ${target} }\n${cron}`,
        name,
      );
    expect(await problemsOf(`${named('a', 'front')}---${named('b', 'back')}`)).toEqual(['14 metadata.name HPA_TAKEN']);
  });
  it('are a ScaledObject and a hand-made HPA, unless either allows it', async () => {
    const hpa = (annotations: string) => `---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: mine, namespace: shop, annotations: ${annotations} }
spec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: consumer }, maxReplicas: 3 }
`;
    expect(await problemsOf(good + hpa(''))).toEqual(['6 spec.scaleTargetRef TARGET_TAKEN']);
    expect(await problemsOf(good + hpa('{ validations.keda.sh/hpa-ownership: "false" }'))).toEqual([]);
    const taking = good.replace(
      'namespace: shop',
      'namespace: shop, annotations: { scaledobject.keda.sh/transfer-hpa-ownership: "true" }',
    );
    expect(await problemsOf(taking + hpa('{}'))).toEqual([]);
  });
});
