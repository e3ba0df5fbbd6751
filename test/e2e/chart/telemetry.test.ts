// What the chart installs for those who watch Sluice.
import { describe, expect, it, jest } from '@jest/globals';
import { parse } from 'yaml';
import type { KubeObject } from '../../../src/kube/client.ts';
import { read } from '../../support/source-tree.ts';
import { whereBuildable } from '../control-plane/available.ts';
import { render, template, type Values } from './helm.ts';

jest.setTimeout(300_000);

interface Rendered extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly groups?: readonly { readonly rules: readonly unknown[] }[];
    readonly template?: {
      readonly spec: {
        readonly containers: readonly {
          readonly args: readonly string[];
          readonly env: readonly { readonly name: string; readonly value?: string }[];
        }[];
      };
    };
  };
}

const of = async (kind: string, values: Values = {}): Promise<readonly Rendered[]> =>
  (await render<Rendered>({ 'crds.install': false, ...values })).filter((object) => object.kind === kind);
const container = async (values: Values = {}) =>
  (await of('Deployment', values))[0]?.spec?.template?.spec.containers[0];

whereBuildable(describe, 'helm')('the chart', () => {
  it('brings a dashboard for Grafana’s sidecar when it is wanted', async () => {
    expect(await of('ConfigMap')).toEqual([]);
    const [config] = await of('ConfigMap', {
      'grafana.dashboard': { enabled: true, namespace: 'monitoring', annotations: { grafana_folder: 'Scaling' } },
    });
    expect(config?.metadata).toMatchObject({
      name: 'sluice-dashboard',
      namespace: 'monitoring',
      labels: { grafana_dashboard: '1' },
      annotations: { grafana_folder: 'Scaling' },
    });
    const [text = ''] = Object.values(config?.data ?? {});
    expect(JSON.parse(text)).toEqual(JSON.parse(read('charts/sluice/files/grafana-dashboard.json')));
  });

  it('brings its alerts as they are, and the user’s after them', async () => {
    const mine = { alert: 'Mine', expr: 'vector(1)' };
    const rules = { enabled: true, alerts: [mine] };
    const found = async (more: Values) =>
      (await of('PrometheusRule', { 'prometheus.operator.prometheusRules': { ...rules, ...more } }))[0]?.spec?.groups;
    const own = parse(read('charts/sluice/files/alerts.yaml')) as readonly unknown[];
    expect((await found({}))?.[0]?.rules).toEqual([...own, mine]);
    expect((await found({ defaultAlerts: false }))?.[0]?.rules).toEqual([mine]);
  });

  it('tells a collector nothing unless it is told to, by KEDA’s values', async () => {
    expect(JSON.stringify(await container())).not.toMatch(/opentelemetry|OTEL_/);
    const opentelemetry = { collector: { uri: 'http://collector:4318' }, operator: { enabled: true } };
    const metrics = await container({ opentelemetry });
    expect(metrics?.args).toContain('--enable-opentelemetry-metrics=true');
    expect(metrics?.env).toContainEqual({ name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://collector:4318' });
    expect(metrics?.args.join()).not.toContain('traces');
    const traces = await container({ 'opentelemetry.traces.enabled': true });
    expect(traces?.args).toContain('--opentelemetry-traces-exporter=otlp');
  });

  it('refuses what is no value of them', async () => {
    const { code, stderr } = await template({ 'opentelemetry.operator.enabled': 'yes', 'grafana.dashboards': true });
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/dashboards' not allowed/);
    expect(stderr).toContain("'/opentelemetry/operator/enabled'");
  });
});
