import { describe, expect, it } from '@jest/globals';
import { statusError } from '../../../../src/scalers/external/status.ts';

/** As the gRPC library puts it. */
const lost = (why: string) => ({
  code: 14,
  details: `round_robin: No connection established. Last error: No connection established. Last error: ${why}. Resolution note: `,
});

describe('scalers/external/status', () => {
  it.each([
    [lost('Error: connect ECONNREFUSED 10.0.0.1:6000'), 'the connection was refused'],
    [lost('Error: connect ECONNRESET 10.0.0.1:6000'), 'the connection was reset'],
    [lost('Error: connect ETIMEDOUT 10.0.0.1:6000'), 'no connection in time'],
    [{ code: 14, details: 'Name resolution failed for target dns:nowhere:1' }, 'the host name does not exist'],
    [lost('Protocol error (2026-11-21T14:39:18.428Z)'), 'TLS and plain text met'],
    [lost('Error: 80CC:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:x.c:350:\n'), 'TLS and plain'],
    [lost('Error: self-signed certificate in certificate chain'), 'from an unknown CA'],
    [lost('Error: self-signed certificate'), 'is self-signed'],
    [lost('Error: unable to verify the first certificate'), 'from an unknown CA'],
    [lost('Error: certificate has expired'), 'has expired'],
    [
      lost("Error [ERR_TLS_CERT_ALTNAME_INVALID]: Hostname/IP does not match certificate's altnames: x"),
      'another host name',
    ],
    [lost('Error: read ECONNRESET'), 'the connection was reset'],
    [{ code: 14, details: 'Connection dropped' }, 'the connection was reset'],
    [{ code: 14, details: 'tops3cret' }, "the scaler can't answer now (UNAVAILABLE)"],
  ])('takes %j for a connection that is not there', (status, words) => {
    const error = statusError('scaler', status);
    expect(error).toMatchObject({ code: expect.stringMatching(/^SOURCE_(UNAVAILABLE|TIMEOUT)$/) });
    expect(error.message).toContain(words);
    expect(error.message).not.toMatch(/10\.0\.0\.1|tops3cret|altnames/);
  });

  it('takes a certificate that the server does not accept for the fault of who owns it', () => {
    const error = statusError(
      'scaler',
      lost('Error: 80:error:0A000418:SSL routines:x:tlsv1 alert unknown ca:x.c:1605:SSL alert number 48'),
    );
    expect(error).toMatchObject({ code: 'AUTH_FAILED', message: expect.stringContaining('tlsClientCert') });
  });

  it('tells what is no message, or too long a one, from a server that fails or is busy', () => {
    const code = (status: { code: number; details: string }) => statusError('scaler', status).code;
    expect(code({ code: 13, details: 'Response message parsing error: x' })).toBe('SOURCE_ANSWER');
    expect(code({ code: 13, details: 'x' })).toBe('SOURCE_UNAVAILABLE');
    expect(code({ code: 8, details: 'Received message larger than max (5 vs 4)' })).toBe('SOURCE_ANSWER');
    expect(code({ code: 8, details: 'x' })).toBe('SOURCE_THROTTLED');
  });

  it('takes a code that gRPC does not have for a failure', () => {
    expect(statusError('scaler', { code: 99, details: '' }).code).toBe('SOURCE_UNAVAILABLE');
  });
});
