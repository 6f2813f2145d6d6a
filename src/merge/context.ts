/**
 * Many sources, one answer: k-way merged lists with composite cursors, lookups and children by key, and a report on
 * every source. This folder owns what it means to read several providers at once, and what a reader sees of writes that
 * a provider does not show yet; `live/`, `act/` and `graph/` call it. It knows providers only through their contract.
 */
import type { Viewer } from '../model/access.ts';
import type { ProviderDirectory } from '../providers/registry.ts';
import type { CallContext } from '../upstream/types.ts';
import type { Clock } from '../model/time.ts';
import type { RecentWrites } from './recent-writes.ts';

/** What one operation reads with. */
export interface ReadContext {
  /** Those that the viewer may know of. */
  readonly providers: ProviderDirectory;
  /** Who reads: what they may not see does not exist. */
  readonly viewer: Viewer;
  readonly call: CallContext;
  readonly clock: Clock;
  /** What this gateway did a moment ago: every record is seen through it. */
  readonly recentWrites: RecentWrites;
  /** Told about every fault that is ours, not a provider's; the answer goes on without that source. */
  readonly onFault: (fault: unknown) => void;
}
