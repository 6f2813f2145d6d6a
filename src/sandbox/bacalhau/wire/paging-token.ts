/** The paging token: unpadded base64url of `sortBy:reverse:limit:offset`, reverse being `Y` or `N`. */
import { bindError } from './refusal.ts';

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

/** Throws the 400 that a damaged token earns. */
export function decodePagingToken(text: string): PagingToken {
  const decoded = /^[A-Za-z0-9_-]+$/.test(text) ? Buffer.from(text, 'base64url').toString('utf8') : '';
  const match = /^([^:]*):([YN]):(\d{1,10}):(\d{1,15})$/.exec(decoded);
  if (match === null) throw bindError('invalid next_token: the paging token is malformed');
  return {
    sortBy: match[1] ?? '',
    reverse: match[2] === 'Y',
    limit: Number(match[3]),
    offset: Number(match[4]),
  };
}
