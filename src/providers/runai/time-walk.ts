import { GridweaveError } from '../../model/errors.ts';
import type { Direction } from '../../model/order.ts';
import { epochMs, type EpochMs } from '../../model/time.ts';
import type { ProviderKey } from '../../model/ids.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { DroppedRows } from '../provider.ts';
import { RowReader, wireOf, type Wire } from '../reading.ts';
import type { NativePage } from './api.ts';
import { isPassed, spanConditions, type Span } from './keyset.ts';
import type { Condition, PageAsk } from './query.ts';
import type { NativeRow } from './wire.ts';

export interface WalkQuery<R extends NativeRow> {
  readonly provider: ProviderKey;
  /** What the list is sorted by, and filtered on to go on. */
  readonly field: 'createdAt' | 'phaseUpdatedAt' | 'deletedAt' | 'completedAt';
  readonly direction: Direction;
  readonly span: Span;
  /** Where to begin, that time included; null for the beginning. */
  readonly at: EpochMs | null;
  /** What must hold beside the span. */
  readonly conditions: readonly Condition[];
  /** Rows asked for at a time, at most 500. */
  readonly size: number;
  readonly read: (ask: PageAsk, ctx: CallContext) => Promise<NativePage>;
  readonly decode: (wire: Wire, observedAt: EpochMs) => R;
  readonly timeOf: (row: R) => EpochMs;
}

/** More pages than any honest list takes at once; a service that never ends its list must not keep us for ever. */
const MAX_PAGES = 2_000;
/** How often one stretch may be found shifted before it is taken as it is: its order may not be stable at all. */
const MAX_RESTARTS = 100;

/**
 * One list read by a time, page by page. After each page it knows up to which time it has seen every row that existed
 * all the while, whatever was created or deleted meanwhile: the next page is asked for by value (the time where the last
 * one ended), not by offset. An offset is followed only inside times that fill a whole page; there each page repeats the
 * last row of the one before, and when it does not, rows have shifted and that stretch is read again.
 */
export class TimeWalk<R extends NativeRow> {
  exhausted = false;
  /** The time that is still being read; all before it (in the direction) are complete. Null before the first row. */
  frontier: EpochMs | null = null;
  pages = 0;
  /** When the oldest page arrived; null before the first. */
  observedAt: EpochMs | null = null;
  readonly #query: WalkQuery<R>;
  readonly #ctx: CallContext;
  readonly #reader = new RowReader();
  readonly #rows = new Map<string, R>();
  #at: EpochMs | null;
  #offset = 0;
  #lastId: unknown = null;
  #restarts = 0;

  constructor(query: WalkQuery<R>, ctx: CallContext) {
    this.#query = query;
    this.#ctx = ctx;
    this.#at = query.at;
  }

  /** Everything seen so far, incomplete times included, each row once and as last seen. */
  get rows(): Iterable<R> {
    return this.#rows.values();
  }

  get size(): number {
    return this.#rows.size;
  }

  get dropped(): DroppedRows {
    return this.#reader.dropped;
  }

  /** Whether every row of a time is known. */
  isComplete(time: EpochMs): boolean {
    return this.exhausted || (this.frontier !== null && isPassed(time, this.frontier, this.#query.direction));
  }

  /** Reads one more page. */
  async advance(): Promise<void> {
    const { decode, direction, field, read, size, span, timeOf } = this.#query;
    this.pages += 1;
    if (this.pages > MAX_PAGES) throw this.#offContract('a list that never ends');
    const overlap = this.#offset > 0 ? 1 : 0;
    const offset = this.#offset - overlap;
    const conditions = [...this.#query.conditions, ...spanConditions(field, span, this.#at, direction)];
    const sortOrder = direction === 'ASC' ? 'asc' : 'desc';
    const page = await read({ conditions, sortBy: field, sortOrder, offset, limit: size }, this.#ctx);
    this.observedAt = epochMs(Math.min(this.observedAt ?? page.receivedAt, page.receivedAt));
    const shifted = overlap > 0 && idIn(page.rows[0]) !== this.#lastId;
    const rows = this.#reader.read(page.rows.slice(overlap), (wire) => decode(wire, page.receivedAt));
    this.#check(rows.map(timeOf));
    for (const row of rows) this.#rows.set(row.id, row);
    if (shifted && this.#restarts < MAX_RESTARTS) {
      this.#restarts += 1;
      this.#offset = 0;
      return;
    }
    // Whether the last page says that there is more when it is exactly full is unverified: then one more is asked for.
    if (page.rows.length === 0 || (!page.more && page.rows.length < size)) {
      this.exhausted = true;
      return;
    }
    if (page.rows.length <= overlap) throw this.#offContract('a list that never ends');
    this.#lastId = idIn(page.rows.at(-1));
    this.#proceed(rows, offset + page.rows.length);
  }

  #proceed(rows: readonly R[], nextOffset: number): void {
    const { direction, timeOf } = this.#query;
    const first = rows[0];
    const last = rows.at(-1);
    if (first === undefined || last === undefined) {
      this.#offset = nextOffset;
      return;
    }
    const time = timeOf(last);
    // Going on by value must get further than where this page began, or it would be read again and again.
    const begun = this.#at ?? timeOf(first);
    if (this.frontier === null || isPassed(this.frontier, time, direction)) this.frontier = time;
    if (isPassed(begun, time, direction)) {
      this.#at = time;
      this.#offset = 0;
      this.#restarts = 0;
    } else {
      this.#offset = nextOffset;
    }
  }

  /** A service that does not sort as asked would make us lose rows silently: better to say so. */
  #check(times: readonly EpochMs[]): void {
    const { direction, field } = this.#query;
    const sorted = times.every((time, i) => i === 0 || !isPassed(time, times[i - 1]!, direction));
    if (!sorted) throw this.#offContract(`rows that are not in order of ${field}`);
  }

  #offContract(what: string): GridweaveError {
    const { provider } = this.#query;
    return new GridweaveError('PROVIDER_PROTOCOL', `Provider "${provider}" sent ${what}.`, { provider });
  }
}

function idIn(row: unknown): unknown {
  return wireOf(row)['id'] ?? null;
}
