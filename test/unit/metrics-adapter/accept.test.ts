import { describe, expect, it } from '@jest/globals';
import { negotiate } from '../../../src/metrics-adapter/accept.ts';
import { AGGREGATED_TYPE } from '../../../src/metrics-adapter/discovery.ts';

const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const V2BETA1 = AGGREGATED_TYPE.replace('v=v2', 'v=v2beta1');

describe('src/metrics-adapter/accept', () => {
  it.each<[string | undefined, string | undefined]>([
    [undefined, JSON_TYPE],
    ['', JSON_TYPE],
    ['*/*', JSON_TYPE],
    ['application/*', JSON_TYPE],
    ['application/json, */*', JSON_TYPE],
    ['Application/JSON; charset=utf-8', JSON_TYPE],
    [`${PROTOBUF}, ${JSON_TYPE}`, JSON_TYPE],
    [`${AGGREGATED_TYPE},${V2BETA1}`, AGGREGATED_TYPE],
    [`${AGGREGATED_TYPE},${JSON_TYPE}`, AGGREGATED_TYPE],
    [`${V2BETA1},${JSON_TYPE};q=0.9`, JSON_TYPE],
    [`${AGGREGATED_TYPE};q=0.1,${JSON_TYPE}`, JSON_TYPE],
    [PROTOBUF, undefined],
    ['application/json;q=0', undefined],
    ['application/json;as=Table;v=v1;g=meta.k8s.io', undefined],
  ])('answers %j with %j', (accept, type) => {
    expect(negotiate(accept, [JSON_TYPE, AGGREGATED_TYPE])).toBe(type);
  });
});
