import { GridweaveError } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import { timeoutError } from './patience.ts';

/** Words for codes of undici's that would not tell an operator much. */
const WORDS: Readonly<Record<string, string>> = {
  UND_ERR_CONNECT_TIMEOUT: 'connect timeout',
  UND_ERR_SOCKET: 'connection closed',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'body cut off',
  UND_ERR_CLOSED: 'client closed',
  UND_ERR_DESTROYED: 'client closed',
};

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? codeOf(error.cause) : '';
}

function isProtocolFault(error: unknown, code: string): boolean {
  // undici's parser errors have a name; their code depends on what was wrong, and can be missing.
  if (error instanceof Error && error.name === 'HTTPParserError') return true;
  return code.startsWith('HPE_') || code.startsWith('WS_ERR_') || code === 'UND_ERR_HEADERS_OVERFLOW';
}

/**
 * The error for a call that failed below HTTP. An answer that was cut off counts as a broken connection
 * (PROVIDER_UNAVAILABLE), not as a broken API: asking again may help. The original error is not kept as the cause,
 * because it can hold addresses, headers and certificates; its code word is.
 */
export function networkFailure(error: unknown, provider: ProviderKey, maxBytes: number): GridweaveError {
  const code = codeOf(error);
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return timeoutError(provider);
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' || code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') {
    return new GridweaveError(
      'PROVIDER_PROTOCOL',
      `Provider "${provider}": the answer is larger than ${maxBytes} bytes.`,
      { provider },
    );
  }
  if (isProtocolFault(error, code)) {
    return new GridweaveError('PROVIDER_PROTOCOL', `Provider "${provider}" does not speak proper HTTP.`, {
      provider,
    });
  }
  if (code === 'UND_ERR_INVALID_ARG' || code === 'ERR_INVALID_ARG_TYPE' || code === 'ERR_INVALID_CHAR') {
    return new GridweaveError('INTERNAL', 'The request to the provider could not be formed.', { provider });
  }
  const word = WORDS[code] ?? (/^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : 'network error');
  return new GridweaveError('PROVIDER_UNAVAILABLE', `Provider "${provider}" could not be reached: ${word}.`, {
    provider,
    upstream: { code: word },
  });
}
