import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Family, histogramSamples, renderFamilies } from '../../../src/telemetry/exposition.ts';
import { countRequest, type HttpFigures } from '../../../src/telemetry/http-figures.ts';

const nothing = { resources: [], registered: [], triggers: new Map<string, number>() };
const render = (...families: readonly Family[]): string => [...renderFamilies(families, nothing)].join('');
const family = (samples: Family['samples'], labels: readonly string[] = ['name']): Family => ({
  name: 'a_total',
  type: 'counter',
  help: 'What it \\ is\nabout',
  labels,
  samples,
});

describe('the text format', () => {
  it('has help, type and one line for each series', () => {
    const samples = () => [
      { values: ['x'], value: 1 },
      { values: ['y'], value: 0.5 },
    ];
    expect(render(family(samples))).toBe(
      '# HELP a_total What it \\\\ is\\nabout\n# TYPE a_total counter\na_total{name="x"} 1\na_total{name="y"} 0.5\n',
    );
  });

  it('has no braces where there is no label, and its own words for what is no number', () => {
    const values = [Number.NaN, Infinity, -Infinity, 1e21, 0.1 + 0.2];
    const samples = () => values.map((value) => ({ values: [], value }));
    expect(render(family(samples, [])).split('\n').slice(2, -1)).toEqual([
      'a_total NaN',
      'a_total +Inf',
      'a_total -Inf',
      'a_total 1e+21',
      'a_total 0.30000000000000004',
    ]);
  });

  it('quotes every label so that it can be read back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const line = render(family(() => [{ values: [name], value: 1 }])).split('# TYPE a_total counter\n')[1] ?? '';
        expect(line).toMatch(/^a_total\{name="[^\n]*"\} 1\n$/);
        const quoted = line.slice('a_total{name="'.length, -'"} 1\n'.length);
        const read = quoted.replace(/\\(.)/g, (_all, one: string) => (one === 'n' ? '\n' : one));
        expect(read).toBe(name);
      }),
    );
  });

  it('comes in pieces of whole lines, however many there are', () => {
    const samples = () => Array.from({ length: 5_000 }, (_, at) => ({ values: [`object-${at}`], value: at }));
    const pieces = [...renderFamilies([family(samples)], nothing)];
    expect(pieces.length).toBeGreaterThan(3);
    expect(pieces.every((piece) => piece.endsWith('\n') && piece.length < 40_000)).toBe(true);
    expect(pieces.join('').split('\n')).toHaveLength(5_003);
  });

  it('adds the buckets of a histogram up', () => {
    const figures = new Map<string, HttpFigures>();
    for (const seconds of [0.001, 0.005, 0.3, 11]) countRequest(figures, '200', seconds);
    const found = figures.get('200');
    const lines = render({
      ...family(() => (found ? histogramSamples(['x'], found) : [])),
      type: 'histogram',
    }).split('\n');
    expect(lines).toContain('a_total_bucket{name="x",le="0.005"} 2');
    expect(lines).toContain('a_total_bucket{name="x",le="0.5"} 3');
    expect(lines).toContain('a_total_bucket{name="x",le="10"} 3');
    expect(lines).toContain('a_total_bucket{name="x",le="+Inf"} 4');
    expect(lines).toContain('a_total_sum{name="x"} 11.306');
    expect(lines).toContain('a_total_count{name="x"} 4');
  });
});
