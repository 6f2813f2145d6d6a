import { GridweaveError } from '../../model/errors.ts';
import type { ProviderKey } from '../../model/ids.ts';
import type { Direction } from '../../model/order.ts';
import { epochMs, type EpochMs } from '../../model/time.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { DroppedRows } from '../provider.ts';
import { RowReader, type Wire } from '../reading.ts';
import type { Collection, QarnotApi } from './api.ts';
import { all, type NativeFilter } from './filter.ts';
import { isPassed, resumedAt, secondOf, spanFilters, spanHolds, type Second, type Span } from './keyset.ts';
import type { NativeRow } from './wire.ts';

export interface StreamQuery<R extends NativeRow> {
  readonly collection: Collection;
  readonly decode: (wire: Wire, observedAt: EpochMs) => R;
  readonly direction: Direction;
  readonly span: Span;
  /** What must hold beside the span; null for nothing. */
  readonly filter: NativeFilter | null;
  /** Rows asked for at a time. */
  readonly size: number;
}

/** More pages than any honest list takes at once; a service that never ends its list must not keep us for ever. */
const MAX_PAGES = 2_000;

/**
 * One collection read by creation date, page by page. After each page it knows up to which second it has seen every
 * row that existed all the while, whatever was created or deleted meanwhile.
 *
 * The next page is asked for by value (the second where the last one ended), not by token: what a token means when rows
 * before it vanish is not documented. A token is followed only inside one second that fills a whole page.
 */
export class CreationStream<R extends NativeRow> {
  exhausted = false;
  /** The second that is still being read; all before it (in the direction) are complete. Null before the first row. */
  frontier: Second | null = null;
  pages = 0;
  /** When the oldest page arrived; null before the first. */
  observedAt: EpochMs | null = null;
  readonly #api: QarnotApi;
  readonly #query: StreamQuery<R>;
  readonly #ctx: CallContext;
  readonly #reader = new RowReader();
  readonly #rows = new Map<string, R>();
  #span: Span;
  #token: string | null = null;

  constructor(api: QarnotApi, query: StreamQuery<R>, ctx: CallContext) {
    this.#api = api;
    this.#query = query;
    this.#ctx = ctx;
    this.#span = query.span;
  }

  /** Everything seen so far, incomplete seconds included, each row once and as last seen. */
  get rows(): Iterable<R> {
    return this.#rows.values();
  }

  get size(): number {
    return this.#rows.size;
  }

  get dropped(): DroppedRows {
    return this.#reader.dropped;
  }

  /** Whether every row of a second is known. */
  isComplete(second: Second): boolean {
    return (
      this.exhausted || (this.frontier !== null && isPassed(second, this.frontier, this.#query.direction))
    );
  }

  /** Reads one more page. */
  async advance(): Promise<void> {
    const { collection, decode, direction, filter, size } = this.#query;
    this.pages += 1;
    const filters = [...spanFilters(this.#span), ...(filter === null ? [] : [filter])];
    const ask = { filter: all(filters), token: this.#token, maximumResults: size, orderType: direction };
    const page = await this.#api.paginate(collection, ask, this.#ctx);
    this.observedAt = epochMs(Math.min(this.observedAt ?? page.receivedAt, page.receivedAt));
    const rows = this.#reader.read(page.rows, (wire) => decode(wire, page.receivedAt));
    const seconds = rows.map((row) => secondOf(row.createdAt));
    this.#check(seconds);
    for (const row of rows) this.#rows.set(row.uuid, row);
    const last = seconds.at(-1);
    if (last !== undefined) this.frontier = last;
    if (page.nextToken === null) this.exhausted = true;
    else if (last !== undefined && last !== seconds[0]) this.#resume(last);
    else this.#follow(page.nextToken);
  }

  #resume(second: Second): void {
    this.#span = resumedAt(this.#span, second, this.#query.direction);
    this.#token = null;
  }

  #follow(token: string): void {
    if (token === this.#token || this.pages >= MAX_PAGES) throw this.#offContract('a list that never ends');
    this.#token = token;
  }

  /** A service that does not sort or filter as asked would make us lose rows silently: better to say so. */
  #check(seconds: readonly Second[]): void {
    const { direction } = this.#query;
    let previous = this.#token === null ? null : this.frontier;
    for (const second of seconds) {
      if (!spanHolds(this.#span, second))
        throw this.#offContract('rows outside the creation dates asked for');
      if (previous !== null && isPassed(second, previous, direction))
        throw this.#offContract('rows that are not in order of creation');
      previous = second;
    }
    if (this.pages > MAX_PAGES) throw this.#offContract('a list that never ends');
  }

  #offContract(what: string): GridweaveError {
    const provider: ProviderKey = this.#api.provider;
    return new GridweaveError(
      'PROVIDER_PROTOCOL',
      `Provider "${provider}" sent ${what} (${this.#query.collection}).`,
      {
        provider,
      },
    );
  }
}
