import type { Act } from '../act/act.ts';
import type { Caller } from '../act/caller.ts';
import type { FeedOpener } from '../live/feed.ts';
import type { LiveState } from '../live/live.ts';
import type { LogFollowers } from '../live/logs/log-followers.ts';
import type { ReadContext } from '../merge/context.ts';
import type { Loaders } from './loaders.ts';

/** What every resolver gets. One per operation. */
export interface GraphContext {
  readonly read: ReadContext;
  readonly loaders: Loaders;
  readonly limits: GraphLimits;
  /** What can be done at providers; shared by all operations. */
  readonly act: Act;
  /** Subscriptions to changes; null when this gateway has none. */
  readonly live: {
    readonly feeds: FeedOpener;
    readonly state: LiveState;
    readonly logs: LogFollowers;
  } | null;
  /** The cursor with which a browser comes back to an event stream; it takes the place of `after`. */
  readonly resumeAfter?: string;
  /** On whose behalf this operation acts. */
  readonly caller: Caller;
}

export interface GraphLimits {
  /** The largest `first` of any list. */
  readonly maxPageSize: number;
  /** The largest part of a log that is returned at a time, in bytes. */
  readonly maxLogBytes: number;
}
