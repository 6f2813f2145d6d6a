import { describe, expect, it } from 'vitest';
import { PROVIDER, testAnswer } from '../../test/support/upstream-calls.ts';
import { failureForStatus } from './failure.ts';

describe('failureForStatus', () => {
  it.each([
    [401, 'UNAUTHENTICATED'],
    [403, 'FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [408, 'PROVIDER_TIMEOUT'],
    [504, 'PROVIDER_TIMEOUT'],
    [429, 'RATE_LIMITED'],
    [400, 'PROVIDER_REFUSED'],
    [409, 'PROVIDER_REFUSED'],
    [422, 'PROVIDER_REFUSED'],
    [500, 'PROVIDER_UNAVAILABLE'],
    [503, 'PROVIDER_UNAVAILABLE'],
    [302, 'PROVIDER_PROTOCOL'],
  ] as const)('maps %d to %s', (status, code) => {
    const error = failureForStatus(testAnswer(status), PROVIDER, null);
    expect(error.code).toBe(code);
    expect(error.details).toMatchObject({ provider: PROVIDER, upstream: { status } });
    expect(error.message).toContain('lab');
  });

  it('keeps the provider’s own words, on one line, bounded, without secrets', () => {
    const words = `no such\njob\u0000 token=abcdef123 ${'x'.repeat(900)}`;
    const { message } = failureForStatus(testAnswer(400), PROVIDER, words);
    expect(message).toMatch(/^no such job token=\[redacted\] x+…$/);
    expect(message.length).toBeLessThanOrEqual(501);
  });

  it('falls back to its own sentence when the words are empty', () => {
    expect(failureForStatus(testAnswer(400), PROVIDER, ' \n').message).toContain('HTTP 400');
  });

  it('tells how long to wait, and the provider’s request id when it looks like one', () => {
    const headers = { 'retry-after': '2', 'x-request-id': 'req-1' };
    expect(failureForStatus(testAnswer(429, headers), PROVIDER, null).details).toMatchObject({
      retryAfterMs: 2_000,
      upstream: { requestId: 'req-1' },
    });
    const odd = failureForStatus(
      testAnswer(404, { 'x-request-id': 'a b', 'retry-after': '2' }),
      PROVIDER,
      null,
    );
    expect(odd.details.upstream).toEqual({ status: 404 });
    expect(odd.details.retryAfterMs).toBeUndefined();
  });
});
