import type { ProviderKey } from '../../model/ids.ts';
import { activeFilters, filterFor, passes } from '../../merge/filter.ts';
import type { LiveEvent, WatchedRecord } from '../event.ts';
import type { Interest } from '../live.ts';

/** PASSES: the object passes the filter as it is now. LEFT: it did before, and does not any more, or is gone. */
export type Verdict = 'PASSES' | 'LEFT';

type Test = (record: WatchedRecord) => boolean;

/** What an event means to an interest; null when it is none of its business. */
export function eventFilter(
  interest: Interest,
  providers: readonly ProviderKey[],
): (event: LiveEvent) => Verdict | null {
  const tests = new Map<ProviderKey, Test>();
  for (const key of providers) {
    const filter = filterFor({ key }, interest.filter);
    if (filter === null) continue;
    const names = activeFilters(filter);
    tests.set(key, (record) => passes(record, filter, names));
  }
  return (event) => {
    const test = tests.get(event.provider);
    if (test === undefined || event.kind !== interest.kind) return null;
    if (event.type !== 'TOMBSTONE' && test(event.record)) return 'PASSES';
    return event.before !== null && test(event.before) ? 'LEFT' : null;
  };
}
