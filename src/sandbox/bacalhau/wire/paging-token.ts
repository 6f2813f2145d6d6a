/** The paging token: unpadded base64url of `sortBy:reverse:limit:offset`, reverse being `Y` or `N`. */
export interface PagingToken {
  readonly sortBy: string;
  readonly reverse: boolean;
  /** 0 means no limit. */
  readonly limit: number;
  /** Rows to skip in a list; the next sequence number in a history. */
  readonly offset: number;
}

export function encodePagingToken(token: PagingToken): string {
  const text = `${token.sortBy}:${token.reverse ? 'Y' : 'N'}:${token.limit}:${token.offset}`;
  return Buffer.from(text).toString('base64url');
}

/** A token that cannot be read; lists and histories word their refusal of it differently. */
export class PagingTokenError extends Error {}

/** Throws PagingTokenError. Padding is accepted; a direction other than `Y` is forward. */
export function decodePagingToken(text: string): PagingToken {
  if (!/^[A-Za-z0-9_-]+={0,2}$/.test(text)) throw unreadable('failed to decode paging token', text);
  const parts = Buffer.from(text, 'base64url').toString('utf8').split(':');
  const [sortBy = '', direction = '', limit = '', offset = ''] = parts;
  if (parts.length !== 4) throw unreadable('invalid number of parts', text);
  if (!/^\d{1,10}$/.test(limit) || !/^\d{1,15}$/.test(offset)) throw unreadable('malformed token', text);
  return { sortBy, reverse: direction === 'Y', limit: Number(limit), offset: Number(offset) };
}

function unreadable(problem: string, text: string): PagingTokenError {
  return new PagingTokenError(`${problem}: invalid paging token: ${text}`);
}
