import { describe, expect, it } from '@jest/globals';
import { parametersMarkdown, scalersMarkdown } from '../../../src/scalers/documentation.ts';
import { metricName } from '../../../src/scalers/metric-name.ts';
import { KEDA_TRIGGER_TYPES, sources, triggerSource } from '../../../src/scalers/registry.ts';
import { parseWritten, problems } from '../../support/written-trigger.ts';

describe('the registry', () => {
  it('finds a source by its type', () => {
    expect(triggerSource('redis')?.type).toBe('redis');
    expect(triggerSource('toString')).toBeUndefined();
  });

  it('has each type once, each a type of KEDA but for those of libraries, each field described in one sentence', () => {
    const types = sources.map(({ type }) => type);
    expect(new Set(types).size).toBe(types.length);
    const ours = types.filter((type) => !KEDA_TRIGGER_TYPES.includes(type));
    expect(ours).toEqual(['bullmq', 'celery', 'sidekiq']);
    for (const { summary, fields } of sources) {
      for (const text of [summary, ...fields.map(({ description }) => description)])
        expect(text).toMatch(/^[A-ZÄ-Ü].*\.$|^host:port/);
    }
  });

  it('distinguishes a type that has no scaler yet, a misspelt one, and one that nobody knows', () => {
    expect(problems('activemq', {})).toEqual([
      'type: "activemq" is a trigger type of KEDA that Sluice has no scaler for yet: see docs/scalers.md for those there are',
    ]);
    expect(problems('rabbitMQ', {})).toEqual(['type: no trigger type is called "rabbitMQ"; did you mean rabbitmq?']);
    expect(problems('abacus9000', {})).toEqual([
      'type: no trigger type is called "abacus9000": see docs/scalers.md for those there are',
    ]);
  });
});

describe('cpu and memory', () => {
  it.each([
    ['cpu', 'Utilization', '60', { type: 'Utilization', averageUtilization: 60 }],
    ['cpu', 'Utilization', '+05', { type: 'Utilization', averageUtilization: 5 }],
    ['memory', 'AverageValue', '1.5Gi', { type: 'AverageValue', averageValue: '1.5Gi' }],
    ['memory', 'AverageValue', '500m', { type: 'AverageValue', averageValue: '500m' }],
  ])('%s with %s %s', (type, metricType, value, target) => {
    expect(parseWritten(type, { metricType, metadata: { value, containerName: 'app' } }).trigger).toEqual({
      kind: 'resource',
      type,
      resource: type,
      containerName: 'app',
      target,
    });
  });

  it.each([
    ['Utilization', '50%'],
    ['Utilization', '50.5'],
    ['Utilization', '0'],
    ['Utilization', '3000000000'],
    ['AverageValue', '5 Gi'],
    ['AverageValue', '-1'],
    ['AverageValue', '0'],
    ['AverageValue', '1GiB'],
  ])('refuse %s %j', (metricType, value) => {
    expect(problems('cpu', { metricType, metadata: { value } })).toEqual([
      expect.stringMatching(/^value: expected .* found /),
    ]);
  });

  it.each([undefined, '', 'Value'])('refuse the metricType %j', (metricType) => {
    const written = metricType === undefined ? {} : { metricType };
    expect(problems('cpu', { ...written, metadata: { value: '50' } })).toEqual([
      `metricType: expected Utilization or AverageValue, found ${metricType ? `"${metricType}"` : 'nothing'}`,
    ]);
  });

  it('refuse the parameter type, which metricType replaced', () => {
    expect(problems('cpu', { metricType: 'Utilization', metadata: { value: '50', type: 'Utilization' } })).toEqual([
      'type: is no longer a parameter: use triggers[].metricType',
    ]);
  });
});

describe('metricName', () => {
  it('replaces what KEDA replaces, and nothing else', () => {
    expect(metricName('a/b.c:d%e(f)g_h$i=j+k{l}m "n"ö')).toBe('a-b-c-d-e-f-g_h$i=j+k{l}m "n"ö');
  });
});

describe('the documentation', () => {
  const tables = new Map(sources.map((source) => [source.type, parametersMarkdown(source)]));

  it('names each type once, and each parameter in the table of its type', () => {
    for (const { type, fields } of sources) {
      expect(scalersMarkdown(sources).split(`scalers/${type}.md`)).toHaveLength(2);
      for (const { name, syntax } of fields)
        if (syntax !== 'removed') expect(tables.get(type)).toContain(`| \`${name}\``);
    }
  });

  it('says what a row of it says', () => {
    expect(tables.get('redis')).toContain(
      '| `listLength` | whole number | metadata | `5` |  | Items that one replica is meant to handle. |',
    );
    expect(tables.get('redis')).toContain(
      '| `password` | text | metadata, environment, authentication |  |  | Password of the user. Kept secret. |',
    );
  });
});
