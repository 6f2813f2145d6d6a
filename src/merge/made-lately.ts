import type { RecordKind } from '../model/ids.ts';
import type { ListFilter, ListOrder, ListRow } from '../providers/provider.ts';
import type { Provider } from '../providers/registry.ts';
import type { ReadContext } from './context.ts';
import { activeFilters, passes } from './filter.ts';

/** Begins a position that stands before the provider's first row, and names what was given there already. */
const MARK = '+';

/** From where to read, and which objects an earlier page gave ahead of the provider's list. */
export function startingPoint(position: string | null): {
  readonly after: string | null;
  readonly given: ReadonlySet<string>;
} {
  if (position === null || !position.startsWith(MARK)) return { after: position, given: new Set() };
  return {
    after: null,
    given: new Set(
      position
        .slice(1)
        .split(MARK)
        .map((key) => decodeURIComponent(key)),
    ),
  };
}

/**
 * Rows of objects that were made a moment ago and that the provider's list does not hold yet, newest first. Only at the
 * start of a list that begins with the newest: elsewhere they come into their place once the provider shows them.
 */
export function rowsMadeLately<K extends RecordKind>(
  provider: Provider,
  kind: K,
  filter: ListFilter,
  order: ListOrder,
  rows: readonly ListRow<K>[],
  given: ReadonlySet<string>,
  ctx: ReadContext,
): ListRow<K>[] {
  if (order.field !== 'CREATED_AT' || order.direction !== 'DESC') return [];
  const shown = new Set<string>(rows.map((row) => row.record.key));
  const made = ctx.recentWrites
    .madeLately(provider, ctx.call, kind)
    .filter(({ key }) => !shown.has(key) && !given.has(key))
    .filter((record) => passes(record, filter, activeFilters(filter)));
  const before = [...given];
  const newest = Number(rows[0]?.orderKey[0] ?? 0);
  return made
    .map((record) => ({ record, at: 'createdAt' in record ? (record.createdAt ?? 0) : 0 }))
    .sort((a, b) => b.at - a.at)
    .map(({ record, at }) => {
      before.push(record.key);
      return {
        record,
        // They stand at the head of the provider's rows, whatever its clock says.
        orderKey: [Math.max(at, newest), record.key],
        position: MARK + before.map((key) => encodeURIComponent(key)).join(MARK),
      };
    });
}
