import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PROVIDER } from '../../test/support/upstream-calls.ts';
import { networkFailure } from './network-failure.ts';

const coded = (code: string) => Object.assign(new Error('https://user:c4n4ry@host failed'), { code });

describe('networkFailure', () => {
  it.each([
    ['ECONNREFUSED', 'PROVIDER_UNAVAILABLE', 'ECONNREFUSED'],
    ['ENOTFOUND', 'PROVIDER_UNAVAILABLE', 'ENOTFOUND'],
    ['CERT_HAS_EXPIRED', 'PROVIDER_UNAVAILABLE', 'CERT_HAS_EXPIRED'],
    ['UND_ERR_SOCKET', 'PROVIDER_UNAVAILABLE', 'connection closed'],
    ['UND_ERR_CONNECT_TIMEOUT', 'PROVIDER_UNAVAILABLE', 'connect timeout'],
    ['UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'PROVIDER_UNAVAILABLE', 'body cut off'],
    ['weird code http://x', 'PROVIDER_UNAVAILABLE', 'network error'],
    ['UND_ERR_HEADERS_TIMEOUT', 'PROVIDER_TIMEOUT', 'in time'],
    ['UND_ERR_BODY_TIMEOUT', 'PROVIDER_TIMEOUT', 'in time'],
    ['UND_ERR_RES_EXCEEDED_MAX_SIZE', 'PROVIDER_PROTOCOL', 'larger than 1000 bytes'],
    ['HPE_INVALID_CONSTANT', 'PROVIDER_PROTOCOL', 'proper HTTP'],
    ['UND_ERR_INVALID_ARG', 'INTERNAL', 'could not be formed'],
  ])('reads %s as %s', (code, expected, words) => {
    const error = networkFailure(coded(code), PROVIDER, 1_000);
    expect(error.code).toBe(expected);
    expect(error.message).toContain(words);
    expect(inspect(error, { depth: null })).not.toMatch(/c4n4ry|http:/);
  });

  it('finds the code in a cause, and has words for anything else', () => {
    const wrapped = new Error('outer', { cause: coded('ECONNRESET') });
    expect(networkFailure(wrapped, PROVIDER, 1).message).toContain('ECONNRESET');
    expect(networkFailure('?', PROVIDER, 1).message).toContain('network error');
  });
});
