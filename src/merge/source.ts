import { GridweaveError } from '../model/errors.ts';
import type { RecordKind } from '../model/ids.ts';
import type { ExecutionRecord, RecordOfKind } from '../model/records.ts';
import { epochMs, type EpochMs } from '../model/time.ts';
import type { DroppedRows, FilterName, ListFilter, ListOrder, ListRow } from '../providers/provider.ts';
import type { Provider } from '../providers/registry.ts';
import type { CallContext } from '../upstream/types.ts';
import type { ReadContext } from './context.ts';
import type { SourcePosition } from './cursor.ts';
import { activeFilters, passes } from './filter.ts';
import { createdAtOf, GivenAhead, rowsMadeLately } from './made-lately.ts';
import { withProjects } from './sight.ts';
import { outcomeOf, sourceFailure, type SourceReport } from './source-report.ts';

/** Pages read for one answer at most: a filter that matches almost nothing must not read a provider to its end. */
const MAX_PAGES = 8;
/** Rows asked for at a time when the gateway has to filter: a call is dearer than rows that are thrown away. */
const FILTER_CHUNK = 250;
/** Rows asked for at a time at most, however often a search had to go on. */
const MAX_CHUNK = 500;

/**
 * One provider's part in a merged list: reads it page by page as rows are consumed, filters what the provider could
 * not, and knows at any moment from where the next answer has to go on. Never throws for a provider's trouble.
 */
export class ListSource<K extends RecordKind> {
  readonly provider: Provider;
  /** Reading went wrong; the position is frozen where the last consumed row was. */
  failure: GridweaveError | null = null;
  /** The limit of pages was reached before a row was found. */
  stopped = false;

  readonly #kind: K;
  readonly #filter: ListFilter;
  readonly #order: ListOrder;
  readonly #ctx: ReadContext;
  readonly #call: CallContext;
  /** Where the provider's own list was left: after the last of its rows that was consumed. */
  #leftAt: string | null;
  #buffer: ListRow<K>[] = [];
  #head = 0;
  /** Where the last page that was read ends; reached once its buffered rows are consumed. */
  #readTo: string | null;
  #hasMore: boolean;
  #pages = 0;
  #rows = 0;
  #observedAt: EpochMs | null = null;
  #pushedDown: readonly FilterName[] = [];
  #filteredHere: readonly FilterName[] = [];
  #dropped: DroppedRows = { count: 0, reasons: [] };
  #notes = new Set<string>();
  /** What was given of objects that were made a moment ago and that the provider did not show. */
  readonly #given: GivenAhead;
  /** Rows of such objects in the buffer. */
  #ahead: ReadonlySet<ListRow<K>> = new Set();

  constructor(
    provider: Provider,
    kind: K,
    filter: ListFilter,
    order: ListOrder,
    start: SourcePosition,
    ctx: ReadContext,
  ) {
    this.provider = provider;
    this.#kind = kind;
    this.#filter = filter;
    this.#order = order;
    this.#ctx = ctx;
    const { after, given } = GivenAhead.from(start.position);
    this.#given = given;
    this.#leftAt = after;
    this.#readTo = after;
    this.#hasMore = !start.done;
    // One deadline for all the pages of this answer: per-call timeouts would add up.
    const deadlineAt = epochMs(Math.min(ctx.call.deadlineAt, ctx.clock.now() + provider.timeoutMs));
    this.#call = { ...ctx.call, deadlineAt };
  }

  /** The next row, or null when the buffer is empty. */
  peek(): ListRow<K> | null {
    return this.#buffer[this.#head] ?? null;
  }

  /** Consumes the next row. */
  take(): ListRow<K> {
    const row = this.#buffer[this.#head];
    if (row === undefined) throw new RangeError('take() on an empty source');
    this.#head += 1;
    this.#rows += 1;
    if (this.#ahead.has(row)) {
      this.#given.add(row.record.key, createdAtOf(row.record));
    } else {
      this.#leftAt = row.position;
      this.#given.passed(row);
    }
    if (this.#head === this.#buffer.length) this.#passed();
    return row;
  }

  /** Whether asking again may bring rows. */
  get open(): boolean {
    return this.#hasMore && this.failure === null && !this.stopped;
  }

  /** Whether a later answer may hold rows of this source. A failure that cannot heal by itself promises none. */
  get mayHaveMore(): boolean {
    return this.peek() !== null || (this.#hasMore && (this.failure?.retryable ?? true));
  }

  get position(): SourcePosition {
    const ended = !this.#hasMore && this.peek() === null && this.failure === null;
    // A list read upwards in time grows at its end, so that end is never final.
    const done = ended && !(this.#order.field === 'CREATED_AT' && this.#order.direction === 'ASC');
    return { position: this.#given.position(this.#leftAt), done };
  }

  /**
   * Everything in the buffer is consumed, and so is what was read behind it without a match. Where projects are told apart, that
   * may be what a reader must not see, and its place is kept out of cursors: it is read again.
   */
  #passed(): void {
    if (this.#filter.projects === undefined) this.#leftAt = this.#readTo ?? this.#leftAt;
  }

  /** Reads on until a row is buffered, the provider's list ends, it fails, or the limit of pages is reached. */
  async fill(limit: number): Promise<void> {
    while (this.peek() === null && this.open) {
      if (this.#pages >= MAX_PAGES) {
        this.stopped = true;
        // Else the next search would end where this one did.
        this.#leftAt = this.#readTo ?? this.#leftAt;
        this.#notes.add(
          `Few rows match: the search stopped after ${String(MAX_PAGES)} pages of this provider. Ask for the next page to go on.`,
        );
        return;
      }
      await this.#readPage(this.#chunk(limit));
    }
  }

  #chunk(limit: number): number {
    const upstream: readonly FilterName[] = this.provider.adapter.capabilities.filters[this.#kind] ?? [];
    const filtersHere = activeFilters(this.#filter).some((name) => !upstream.includes(name));
    const start = filtersHere ? Math.max(limit, FILTER_CHUNK) : limit;
    return Math.min(start * 2 ** this.#pages, Math.max(start, MAX_CHUNK));
  }

  async #readPage(limit: number): Promise<void> {
    this.#pages += 1;
    try {
      const page = await this.provider.adapter.list(
        this.#kind,
        { after: this.#readTo, limit, filter: this.#filter, order: this.#order },
        this.#call,
      );
      this.#pushedDown = page.pushedDown;
      this.#filteredHere = activeFilters(this.#filter).filter((name) => !page.pushedDown.includes(name));
      const atStart = this.#readTo === null;
      this.#buffer = (await this.#rowsOf(page.rows)).flatMap((row) => this.#shown(row));
      const ahead = atStart
        ? rowsMadeLately(
            this.provider,
            this.#kind,
            this.#filter,
            this.#order,
            page.rows,
            this.#given,
            this.#ctx,
          )
        : [];
      this.#ahead = new Set(ahead);
      this.#buffer.unshift(...ahead);
      this.#head = 0;
      this.#hasMore = page.hasMore;
      this.#readTo = page.endPosition ?? this.#readTo;
      if (this.#buffer.length === 0) this.#passed();
      this.#observedAt = epochMs(Math.min(this.#observedAt ?? page.observedAt, page.observedAt));
      this.#dropped = {
        count: this.#dropped.count + page.dropped.count,
        reasons: [...new Set([...this.#dropped.reasons, ...page.dropped.reasons])],
      };
      for (const note of page.notes) this.#notes.add(note);
    } catch (thrown) {
      // A damaged cursor is the caller's mistake, and a caller that left needs no answer: neither is trouble of a source.
      if (thrown instanceof GridweaveError && ['INVALID_CURSOR', 'CANCELLED'].includes(thrown.code))
        throw thrown;
      this.failure = sourceFailure(thrown, this.provider, this.#ctx);
    }
  }

  /** Executions are told without their projects: where those matter, they are looked up. */
  async #rowsOf(rows: readonly ListRow<K>[]): Promise<readonly ListRow<K>[]> {
    if (this.#kind !== 'execution' || this.#filter.projects === undefined) return rows;
    const records = rows.map((row) => row.record as ExecutionRecord);
    const known = await withProjects(this.provider, records, { ...this.#ctx, call: this.#call });
    return rows.map((row, i) => ({ ...row, record: known[i] as RecordOfKind[K] }));
  }

  /** A row as readers should see it, if it passes the filter then. */
  #shown(row: ListRow<K>): ListRow<K>[] {
    if (this.#given.has(row.record.key)) return [];
    const record = this.#ctx.recentWrites.seen(this.provider, this.#ctx.call, row.record);
    if (record === null) return [];
    // What the provider filtered by may be what was changed.
    const filters = record === row.record ? this.#filteredHere : activeFilters(this.#filter);
    return passes(record, this.#filter, filters) ? [{ ...row, record }] : [];
  }

  get report(): SourceReport {
    const partial = this.stopped ? 'PARTIAL' : outcomeOf(this.failure, this.#rows, this.#dropped);
    return {
      provider: this.provider,
      outcome: partial,
      rows: this.#rows,
      observedAt: this.#observedAt,
      pushedDown: this.#pushedDown,
      filteredHere: this.#filteredHere,
      dropped: this.#dropped,
      notes: [...this.#notes],
      error: this.failure,
    };
  }
}
