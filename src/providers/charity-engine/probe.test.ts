import { describe, expect, it } from 'vitest';
import { callContext, setUp } from '../../../test/support/fake-charity-engine.ts';
import { GridweaveError } from '../../model/errors.ts';

describe('probe', () => {
  it('asks for a job that does not exist, once, and changes nothing', async () => {
    const { service, adapter } = setUp();
    const result = await adapter.probe(callContext());
    expect(result).toMatchObject({ reachable: true, version: null, latencyMs: 0, problem: null });
    expect(result.permissions).toEqual([{ name: 'read jobs', allowed: true }]);
    expect(result.notes.join(' ')).toContain('draft');
    expect(service.calls).toMatchObject([{ request: { method: 'GET' } }]);
    expect(service.calls[0]?.ids[0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it('takes "no such job" for a good answer', async () => {
    const { service, adapter } = setUp();
    service.scripted = () => ({ body: { success: false, error: 'no such job' } });
    expect(await adapter.probe(callContext())).toMatchObject({ reachable: true, problem: null });
  });

  it.each([
    [{ body: { success: false, error: 'bad authenticator' } }, 'UNAUTHENTICATED', true, false],
    [{ status: 403, body: '' }, 'FORBIDDEN', true, false],
    [{ status: 404, body: '<html>' }, 'PROVIDER_PROTOCOL', true, null],
    [{ status: 500, body: '' }, 'PROVIDER_UNAVAILABLE', true, null],
    [{ body: '<!doctype html>' }, 'PROVIDER_PROTOCOL', true, null],
  ] as const)('tells what is wrong: %j', async (answer, code, reachable, allowed) => {
    const { service, adapter } = setUp();
    service.scripted = () => answer;
    const result = await adapter.probe(callContext());
    expect(result).toMatchObject({
      reachable,
      problem: { code },
      permissions: [{ allowed }],
      latencyMs: null,
    });
  });

  it('tells that nobody answers, and ends with its caller', async () => {
    const { service, adapter } = setUp();
    service.failure = new GridweaveError('PROVIDER_TIMEOUT', 'late');
    expect(await adapter.probe(callContext())).toMatchObject({ reachable: false, problem: { code: 'PROVIDER_TIMEOUT' } }); // prettier-ignore
    service.failure = new GridweaveError('CANCELLED', 'gone');
    await expect(adapter.probe(callContext())).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
