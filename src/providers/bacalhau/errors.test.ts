import { describe, expect, it } from 'vitest';
import type { ProviderKey } from '../../model/ids.ts';
import { epochMs } from '../../model/time.ts';
import { failureOf } from './errors.ts';

function failure(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return failureOf({ status, headers, body: text, receivedAt: epochMs(0) }, 'lab' as ProviderKey);
}

describe('failureOf', () => {
  it.each([
    ['1.9', 404, { Status: 404, Message: 'job not found: j-0', Code: 'NotFound', Component: 'JobStore' }],
    [
      '1.5',
      404,
      { Status: 404, Message: 'job not found: j-0', RequestID: '', Code: 'NotFound', Component: 'JobStore' },
    ],
    [
      '1.4, a fault of the server',
      500,
      { error: 'Job not found. ID: j-0', message: 'Internal Server Error' },
    ],
    ['1.4, by the store', 500, { error: 'job not found: j-0', message: 'Internal Server Error' }],
    [
      'an ambiguous prefix',
      500,
      { Message: 'multiple jobs found for id j', Code: 'MultipleJobsFound', Component: 'JobStore' },
    ],
    [
      'an ambiguous prefix of 1.4',
      500,
      { error: 'Multiple jobs found for jobID prefix: j, matching jobIDs: [j-1 j-2]' },
    ],
  ])('knows a missing job of %s', (_, status, body) => {
    expect(failure(status, body).code).toBe('NOT_FOUND');
  });

  it.each([
    [
      '1.8 and later',
      { Message: 'The requested resource/URL was not found.', Code: 'NotFound', Component: 'APIServer' },
    ],
    ['1.5 to 1.7', { Message: 'Not Found', Code: 'InternalError', Component: 'APIServer' }],
    ['1.4', { error: 'code=404, message=Not Found', message: 'Not Found' }],
    ['another server', '<html>404</html>'],
  ])('does not take an unknown route of %s for a missing object', (_, body) => {
    const error = failure(404, body);
    expect(error.code).toBe('PROVIDER_PROTOCOL');
    expect(error.message).toContain('orchestrator');
  });

  it.each([
    [
      401,
      { Message: 'Request Unauthorized', Code: 'Unauthorized', Component: 'Authorizer' },
      'UNAUTHENTICATED',
    ],
    [403, { Message: 'Access denied. no', Code: 'InternalError', Component: 'APIServer' }, 'FORBIDDEN'],
    [403, { Error: 'client too old', MinVersion: '1.4.0' }, 'FORBIDDEN'],
    [400, { Message: 'invalid order_by', Code: 'InternalError', Component: 'APIServer' }, 'PROVIDER_REFUSED'],
    [429, { Message: 'rate limit exceeded', Code: 'InternalError' }, 'RATE_LIMITED'],
    [
      500,
      { Message: 'Internal server error', Code: 'InternalError', Component: 'Unknown' },
      'PROVIDER_UNAVAILABLE',
    ],
    [503, 'Server Timeout!', 'PROVIDER_UNAVAILABLE'],
    [502, '<html>bad gateway</html>', 'PROVIDER_UNAVAILABLE'],
  ])('reads %i %j as %s', (status, body, code) => {
    const error = failure(status, body);
    expect(error.code).toBe(code);
    expect(error.details).toMatchObject({ provider: 'lab', upstream: { status } });
    expect(error.message).not.toContain('<html>');
  });

  it('hands on the message and the code, and no secret', () => {
    const error = failure(400, { Message: 'bad\nheader Authorization: Bearer abc.def', Code: 'BadRequest' });
    expect(error.message).toContain('bad header');
    expect(error.message).not.toContain('abc.def');
    expect(error.details.upstream?.code).toBe('BadRequest');
  });
});
