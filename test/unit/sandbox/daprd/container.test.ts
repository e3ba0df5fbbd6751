import { describe, expect, it } from '@jest/globals';
import {
  appVariables,
  daprdContainer,
  daprdFlags,
  isNative,
  isWanted,
} from '../../../../src/sandbox/daprd/container.ts';
import type { Pod } from '../../../../src/sandbox/node-agent/pod.ts';

const FILES = { resources: 'resources', configuration: 'configuration.yaml' };

function aPod(annotations: Readonly<Record<string, string>>, declared: readonly number[] = [5000]): Pod {
  const marked = Object.fromEntries(Object.entries(annotations).map(([name, value]) => [`dapr.io/${name}`, value]));
  const ports = declared.map((containerPort) => ({ containerPort }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'consumer-7d9f', namespace: 'shop', annotations: marked },
    spec: { containers: [{ name: 'consumer', ports }] },
  };
}

describe('src/sandbox/daprd/container', () => {
  it.each([
    [{ 'app-id': 'consumer' }, '--app-id=consumer'],
    [{}, '--app-id=consumer-7d9f'],
    [{ 'app-port': '5000' }, '--app-port=$(PORT_5000)'],
    [{ 'app-port': '7000' }, '--app-port=7000'],
    [{ 'app-max-concurrency': '3' }, '--app-max-concurrency=3'],
    [{ 'app-protocol': 'grpc' }, '--app-protocol=grpc'],
    [{ 'log-level': 'debug' }, '--log-level=debug'],
    [{ 'log-as-json': 'true' }, '--log-as-json=true'],
    [{ 'block-shutdown-duration': '7s' }, '--dapr-block-shutdown-duration=7s'],
    [{ 'graceful-shutdown-seconds': '9' }, '--dapr-graceful-shutdown-seconds=9'],
    [{ 'enable-app-health-check': 'true' }, '--enable-app-health-check'],
    [{ 'enable-app-health-check': 'true', 'app-health-threshold': '2' }, '--app-health-threshold=2'],
  ])('turns %j into %s', (annotations, flag) => {
    expect(daprdFlags(aPod(annotations), FILES)).toContain(flag);
  });

  it.each([
    ['app-port without an annotation', {}, /^--app-port/],
    ['settings of a health check that is off', { 'app-health-threshold': '2' }, /^--app-health/],
    ['an empty value', { 'log-level': '' }, /^--log-level/],
  ])('leaves out %s', (_, annotations, flag) => {
    expect(daprdFlags(aPod(annotations), FILES).filter((given) => flag.test(given))).toEqual([]);
  });

  it('listens on loopback only, on ports of the node', () => {
    const { args = [], ports = [] } = daprdContainer(aPod({}), FILES);
    const listening = args.filter((flag) => /address/.test(flag));
    expect(listening.every((flag) => flag.endsWith('=127.0.0.1'))).toBe(true);
    expect(listening).toHaveLength(3);
    expect(ports.every(({ containerPort }) => args.some((flag) => flag.endsWith(`=$(PORT_${containerPort})`)))).toBe(
      true,
    );
  });

  it('takes the probes of Dapr, and what annotations say otherwise', () => {
    const { readinessProbe, livenessProbe } = daprdContainer(
      aPod({ 'sidecar-readiness-probe-period-seconds': '6', 'sidecar-liveness-probe-threshold': 'many' }),
      FILES,
    );
    expect(readinessProbe).toMatchObject({ httpGet: { path: '/v1.0/healthz' }, periodSeconds: 6, failureThreshold: 5 });
    expect(livenessProbe).toMatchObject({ initialDelaySeconds: 180, failureThreshold: 5 });
  });

  it('gives daprd the variables of dapr.io/env', () => {
    const { env } = daprdContainer(aPod({ env: 'A=1, B=x=y,broken' }), FILES);
    expect(env?.slice(-2)).toEqual([
      { name: 'A', value: '1' },
      { name: 'B', value: 'x=y' },
    ]);
  });

  it('tells the app where its sidecar is', () => {
    expect(appVariables(aPod({ 'app-id': 'consumer', 'app-port': '5000' }))).toEqual({
      APP_ID: 'consumer',
      APP_PORT: '$(PORT_5000)',
      DAPR_HTTP_PORT: '$(PORT_3500)',
      DAPR_GRPC_PORT: '$(PORT_50001)',
    });
  });

  it.each([
    ['true', true],
    ['yes', true],
    ['1', true],
    ['false', false],
    ['', false],
  ])('takes enabled "%s" for %s', (text, wanted) => {
    expect(isWanted(aPod({ enabled: text }))).toBe(wanted);
    expect(isNative(aPod({ 'enable-native-sidecar': text }))).toBe(wanted);
  });
});
