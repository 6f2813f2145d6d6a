import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { JsonObject } from '../wire/json.ts';
import { integer, text } from '../wire/json.ts';
import { invalid } from '../wire/replies.ts';
import type { ListedKind } from './fields.ts';
import { compileFilter } from './filter.ts';
import type { Order, Row, SortKey } from './rows.ts';
import { compareKeys, readOrder, sortKey } from './rows.ts';

/** Where a walk stands: behind a key, not at an offset, so that arrivals and deletions do not shift it. */
interface Position {
  readonly kind: ListedKind;
  readonly order: Order;
  readonly last: SortKey;
}

export interface PageSizes {
  /** Used when the request does not say; the service's own default is not documented. */
  readonly byDefault: number;
  /** A larger wish is cut down to this; the service's own maximum is not documented. */
  readonly maximum: number;
}

const KEPT_TOKENS = 4096;

/** The open page walks of one emulator. Tokens look like the documented ones, 24 hex digits, and mean nothing outside. */
export class Walks {
  readonly #positions = new LRUCache<string, Position>({ max: KEPT_TOKENS });
  readonly #sizes: PageSizes;

  constructor(sizes: PageSizes) {
    this.#sizes = sizes;
  }

  /** Answers a paginate request over these rows. */
  page(
    kind: ListedKind,
    rows: readonly Row[],
    request: JsonObject,
    render: (row: Row) => JsonObject,
  ): JsonObject {
    const token = text(request['token']) ?? '';
    const from = token === '' ? null : this.#resume(kind, token);
    const order = orderOf(kind, request, from);
    const accepts = compileFilter(kind, request['filter']);
    const unfiltered = request['filter'] === null || request['filter'] === undefined;
    const matching = (unfiltered ? rows : rows.filter((row) => accepts(row.filterable())))
      .map((row) => ({ row, key: sortKey(row, order) }))
      .sort((a, b) => compareKeys(a.key, b.key, order));
    const rest =
      from === null ? matching : matching.filter(({ key }) => compareKeys(key, from.last, order) > 0);
    const page = rest.slice(0, this.#size(request));
    const last = page.at(-1);
    const isTruncated = last !== undefined && rest.length > page.length;
    return {
      data: page.map(({ row }) => render(row)),
      count: page.length,
      total: matching.length,
      token: token === '' ? null : token,
      // Never true without a token: the C# SDK looks at nothing else and would walk for ever.
      isTruncated,
      nextToken: isTruncated ? this.#keep({ kind, order, last: last.key }) : null,
    };
  }

  #size(request: JsonObject): number {
    const wished = request['maximumResults'] ?? null;
    if (wished === null) return Math.min(this.#sizes.byDefault, this.#sizes.maximum);
    const size = integer(wished);
    if (size === null || size < 1) throw invalid({ MaximumResults: 'Must be a positive integer.' });
    return Math.min(size, this.#sizes.maximum);
  }

  #resume(kind: ListedKind, token: string): Position {
    const position = this.#positions.get(token);
    if (position === undefined || position.kind !== kind)
      throw invalid({ Token: 'Invalid or expired token.' });
    return position;
  }

  #keep(position: Position): string {
    const token = createHash('sha256').update(JSON.stringify(position)).digest('hex').slice(0, 24);
    this.#positions.set(token, position);
    return token;
  }
}

/** A token belongs to the order it was made in; a request may repeat that order or leave it out. */
function orderOf(kind: ListedKind, request: JsonObject, from: Position | null): Order {
  const given = (request['orderBy'] ?? null) !== null || (request['orderType'] ?? null) !== null;
  if (from !== null && !given) return from.order;
  const order = readOrder(kind, request['orderBy'], request['orderType']);
  if (from !== null && (order.field !== from.order.field || order.descending !== from.order.descending)) {
    throw invalid({ Token: 'The token was made for another order.' });
  }
  return order;
}
