import type { RecordKind } from '../model/ids.ts';
import type { OrderKey } from '../model/order.ts';
import type { AnyRecord } from '../model/records.ts';
import type { ListFilter, ListOrder, ListRow } from '../providers/provider.ts';
import type { Provider } from '../providers/registry.ts';
import type { ReadContext } from './context.ts';
import { activeFilters, passes } from './filter.ts';

/** Begins a position that names what was given ahead of the provider's own rows; `AT` begins the provider's own part. */
const MARK = '+';
const AT = '@';
/** Clocks of providers may differ from each other, and from ours, by so much. */
const SLACK_MS = 60_000;

/**
 * What a walk through a list has given ahead of the provider's rows. It is not given again when the provider shows it, so
 * it is kept in the position until the walk has come to rows that are older than all of it.
 */
export class GivenAhead {
  readonly #keys: Set<string>;
  /** Creation of the oldest, in epoch milliseconds. */
  #since: number;

  private constructor(keys: Iterable<string>, since: number) {
    this.#keys = new Set(keys);
    this.#since = since;
  }

  /** Splits a position into what was given ahead and where the provider's list was left. */
  static from(position: string | null): { readonly given: GivenAhead; readonly after: string | null } {
    if (position === null || !position.startsWith(MARK)) {
      return { given: new GivenAhead([], Infinity), after: position };
    }
    const end = position.indexOf(AT);
    const [since = '', ...keys] = position.slice(1, end).split(MARK);
    const after = position.slice(end + 1);
    return {
      given: new GivenAhead(keys.map(decodeURIComponent), Number.parseInt(since, 36)),
      after: after === '' ? null : after,
    };
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  add(key: string, createdAt: number): void {
    this.#keys.add(key);
    this.#since = Math.min(this.#since, createdAt);
  }

  /** The walk has come to a row of the provider. */
  passed(row: { readonly orderKey: OrderKey }): void {
    if (Number(row.orderKey[0]) < this.#since - SLACK_MS) this.#keys.clear();
  }

  /** The position of a list whose provider's own rows were left at `after`. */
  position(after: string | null): string | null {
    if (this.#keys.size === 0) return after;
    const keys = [...this.#keys].map(encodeURIComponent);
    return MARK + [this.#since.toString(36), ...keys].join(MARK) + AT + (after ?? '');
  }
}

/**
 * Rows of objects that were made a moment ago and that the provider's first page does not hold, newest first: whether it
 * shows them later is not known, so they are given now. Only for a list that begins with the newest: in others they
 * come into their place once the provider shows them.
 */
export function rowsMadeLately<K extends RecordKind>(
  provider: Provider,
  kind: K,
  filter: ListFilter,
  order: ListOrder,
  rows: readonly ListRow<K>[],
  given: Pick<GivenAhead, 'has'>,
  ctx: ReadContext,
): ListRow<K>[] {
  if (order.field !== 'CREATED_AT' || order.direction !== 'DESC') return [];
  const shown = new Set<string>(rows.map((row) => row.record.key));
  const newest = Number(rows[0]?.orderKey[0] ?? 0);
  return ctx.recentWrites
    .madeLately(provider, ctx.call, kind)
    .filter(({ key }) => !shown.has(key) && !given.has(key))
    .filter((record) => passes(record, filter, activeFilters(filter)))
    .map((record) => ({ record, at: createdAtOf(record) }))
    .sort((a, b) => b.at - a.at)
    .map(({ record, at }) => ({
      record,
      // They stand at the head of the provider's rows, whatever its clock says.
      orderKey: [Math.max(at, newest), record.key],
      position: '',
    }));
}

export function createdAtOf(record: AnyRecord): number {
  return 'createdAt' in record ? (record.createdAt ?? 0) : 0;
}
