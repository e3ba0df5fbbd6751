import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  GET_METRIC_SPEC,
  GET_METRICS,
  IS_ACTIVE,
  STREAM_IS_ACTIVE,
  STREAM_METRIC_SPEC,
} from '../../../../src/scalers/external/messages.ts';
import { externalScalerService as service } from '../../../support/external-scaler.ts';

const text = fc.string({ unit: 'binary' });
const ref = fc.record({
  name: text,
  namespace: text,
  scalerMetadata: fc.dictionary(
    text.filter((key) => key !== '__proto__'),
    text,
    { noNullPrototype: true },
  ),
});
const whole = fc.maxSafeInteger();
const float = fc.double();
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('scalers/external/messages', () => {
  it('writes questions that protobuf reads as they were', () => {
    fc.assert(
      fc.property(ref, (question) => {
        const read = service['IsActive']?.requestDeserialize(IS_ACTIVE.encode(question));
        expect(plain(read)).toEqual(plain(question));
      }),
    );
    fc.assert(
      fc.property(ref, text, (scaledObjectRef, metricName) => {
        const question = { scaledObjectRef, metricName };
        const read = service['GetMetrics']?.requestDeserialize(GET_METRICS.encode(question));
        expect(plain(read)).toEqual(plain(question));
      }),
    );
  });

  it('reads answers that protobuf wrote', () => {
    fc.assert(
      fc.property(fc.boolean(), (result) => {
        expect(IS_ACTIVE.decode(service['IsActive']?.responseSerialize({ result }) ?? Buffer.of())).toBe(result);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(text, whole, float)), (all) => {
        const metricSpecs = all.map(([metricName, targetSize, targetSizeFloat]) => ({
          metricName,
          targetSize,
          targetSizeFloat,
        }));
        const bytes = service['GetMetricSpec']?.responseSerialize({ metricSpecs }) ?? Buffer.of();
        const expected = all.map(([metricName, size, exact]) => ({
          metricName,
          value: exact > 0 || (size === 0 && Number.isNaN(exact)) ? exact : size,
        }));
        expect(GET_METRIC_SPEC.decode(bytes)).toEqual(expected);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(text, whole, float)), (all) => {
        const metricValues = all.map(([metricName, metricValue, metricValueFloat]) => ({
          metricName,
          metricValue,
          metricValueFloat,
        }));
        const bytes = service['GetMetrics']?.responseSerialize({ metricValues }) ?? Buffer.of();
        const expected = all.map(([metricName, size, exact]) => ({
          metricName,
          value: exact > 0 || (size === 0 && Number.isNaN(exact)) ? exact : size,
        }));
        expect(GET_METRICS.decode(bytes)).toEqual(expected);
      }),
    );
  });

  it('passes over fields that it does not know', () => {
    const unknown = Buffer.from([0x7a, 0x02, 0x41, 0x42, 0x08, 0x01, 0x78, 0x05]);
    expect(IS_ACTIVE.decode(unknown)).toBe(true);
  });

  it('takes bytes for a message or throws, and never runs on', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        for (const decode of [IS_ACTIVE.decode, GET_METRIC_SPEC.decode]) {
          try {
            decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(Error);
          }
        }
      }),
    );
    expect(() => IS_ACTIVE.decode(Buffer.from([0x0a, 0x05, 0x01]))).toThrow();
  });

  it('has a method for each of the service', () => {
    const names = [IS_ACTIVE, STREAM_IS_ACTIVE, GET_METRIC_SPEC, GET_METRICS, STREAM_METRIC_SPEC].map(
      ({ name }) => name,
    );
    expect(names.toSorted()).toEqual(Object.keys(service).toSorted());
    for (const name of names) expect(service[name]?.path).toBe(`/externalscaler.ExternalScaler/${name}`);
  });
});
