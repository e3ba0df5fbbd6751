import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fetchEnds } from '../../../../src/scalers/kafka/fetch-request.ts';
import { saslAuthenticate, saslHandshake } from '../../../../src/scalers/kafka/login-requests.ts';
import {
  type Api,
  apiVersions,
  findCoordinator,
  listOffsets,
  metadata,
  offsetFetch,
} from '../../../../src/scalers/kafka/requests.ts';
import { createReader } from '../../../../src/scalers/kafka/wire-types.ts';

const APIS = [
  apiVersions,
  metadata,
  findCoordinator,
  offsetFetch,
  listOffsets,
  fetchEnds,
  saslHandshake,
  saslAuthenticate,
] as readonly Api<never, unknown>[];
const cases = APIS.flatMap((api) => api.versions.map((version) => [api.name, version, api] as const));

describe('an answer', () => {
  it.each(cases)('to %s %i is read or refused, whatever its bytes are', (_, version, api) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200, size: 'max' }), (bytes) => {
        try {
          api.read(createReader(Buffer.from(bytes), version >= (api.flexibleFrom ?? Infinity)), version, [] as never);
        } catch (error) {
          expect((error as Error).name).toBe('RangeError');
        }
      }),
    );
  });
});
