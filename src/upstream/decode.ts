import { GridweaveError } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import { quoteBigIntegers } from './big-integers.ts';
import type { Call } from './call.ts';

const BYTE_ORDER_MARK = 0xfeff;

/**
 * The body of an answer as the caller wants it. The status alone decides what is a success: other bodies stay text,
 * whatever they look like. A success with an empty body (204, HEAD) is null when JSON was asked for.
 */
export function decodeBody(call: Call, status: number, text: string, provider: ProviderKey): unknown {
  const plain = text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
  if (status < 200 || status >= 300 || call.decode === 'text') return plain;
  if (plain === '') return null;
  try {
    const value: unknown = JSON.parse(quoteBigIntegers(plain, call.bigIntegers));
    return value;
  } catch {
    // Not even as the cause: the parser's message quotes the body.
    throw new GridweaveError(
      'PROVIDER_PROTOCOL',
      `Provider "${provider}" answered HTTP ${status} with a body that is not JSON.`,
      { provider, upstream: { status } },
    );
  }
}
