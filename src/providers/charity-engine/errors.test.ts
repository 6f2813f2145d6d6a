import { describe, expect, it } from 'vitest';
import { callContext, setUp } from '../../../test/support/fake-charity-engine.ts';
import type { NativeKey } from '../../model/ids.ts';

async function failureOf(status: number, body: unknown, hasWorked = false, headers = {}) {
  const { service, adapter } = setUp();
  service.run('j', 'running');
  const read = () => adapter.get('job', ['k' as NativeKey], callContext());
  if (hasWorked) await read();
  service.scripted = () => ({ status, body, headers });
  const { missing } = await read();
  return missing.get('k' as NativeKey)!;
}

describe('a refusal', () => {
  it.each([
    [200, 'Invalid input format', 'PROVIDER_REFUSED'],
    [200, 'no authenticator', 'UNAUTHENTICATED'],
    [200, 'Bad Authenticator', 'UNAUTHENTICATED'],
    [200, 'unauthorized', 'UNAUTHENTICATED'],
    [200, 'not authorized for this', 'FORBIDDEN'],
    [200, 'no submit access', 'FORBIDDEN'],
    [200, 'no such job', 'NOT_FOUND'],
    [200, 'job not found: x', 'NOT_FOUND'],
    [200, 'not owner', 'NOT_FOUND'],
    [200, 'insufficient credit balance', 'PROVIDER_REFUSED'],
    [400, 'Invalid input format', 'PROVIDER_REFUSED'],
    [400, 'bad authenticator', 'UNAUTHENTICATED'],
    [401, 'whatever', 'UNAUTHENTICATED'],
    [402, 'out of funds', 'PROVIDER_REFUSED'],
    [403, 'bad authenticator', 'FORBIDDEN'],
    [404, 'job not found: x', 'NOT_FOUND'],
    [404, 'Not Found', 'PROVIDER_PROTOCOL'],
    [405, 'no', 'PROVIDER_PROTOCOL'],
    [408, 'slow', 'PROVIDER_TIMEOUT'],
    [422, 'no', 'PROVIDER_REFUSED'],
    [429, 'job not found', 'RATE_LIMITED'],
    [500, 'no authenticator', 'PROVIDER_UNAVAILABLE'],
    [502, 'x', 'PROVIDER_UNAVAILABLE'],
    [503, 'x', 'PROVIDER_UNAVAILABLE'],
    [504, 'x', 'PROVIDER_TIMEOUT'],
    [509, 'x', 'RATE_LIMITED'],
    [302, 'x', 'PROVIDER_PROTOCOL'],
  ])('of HTTP %i, "%s", is %s', async (status, error, code) => {
    const failure = await failureOf(status, { success: false, error });
    expect(failure).toMatchObject({ code, details: { provider: 'ce' } });
    if (code !== 'NOT_FOUND') expect(failure.details.upstream?.status).toBe(status);
    if (code === 'PROVIDER_REFUSED') expect(failure.message).toBe(error);
  });

  it('is one without words, too', async () => {
    expect(await failureOf(200, { success: false })).toMatchObject({ code: 'PROVIDER_REFUSED' });
    expect(await failureOf(200, { success: true, error: 'but no', jobs: {} })).toMatchObject({ code: 'PROVIDER_REFUSED', message: 'but no' }); // prettier-ignore
    expect(await failureOf(500, '<html>oops</html>')).toMatchObject({ code: 'PROVIDER_UNAVAILABLE' });
  });

  it('by a path that is not there names the setting; one that has worked means the job', async () => {
    const failure = await failureOf(404, '<html>not here</html>');
    expect(failure).toMatchObject({ code: 'PROVIDER_PROTOCOL', message: expect.stringContaining('"preset"') as string }); // prettier-ignore
    expect(failure.message).toContain('/jobs/{ids}');
    expect(await failureOf(404, '<html>not here</html>', true)).toMatchObject({ code: 'NOT_FOUND' });
    expect(await failureOf(405, '', true)).toMatchObject({ code: 'PROVIDER_PROTOCOL' });
  });

  it('hands on the wait that is asked for', async () => {
    for (const status of [429, 503, 509]) {
      expect((await failureOf(status, '', false, { 'retry-after': '7' })).details.retryAfterMs).toBe(7_000);
    }
  });

  it('is shown without what looks like a secret, and in bounds', async () => {
    const failure = await failureOf(200, { success: false, error: `token=abc123 ${'x'.repeat(5000)}` });
    expect(failure.message).not.toContain('abc123');
    expect(failure.message.length).toBeLessThan(600);
  });
});
