import type { ErrorCode } from '../../model/errors.ts';
import type { LogEnd, LogOutput } from '../../providers/provider.ts';
import type { LogPosition } from './position.ts';

/** How a log ends for who follows it. */
export type FinalEnd = Exclude<LogEnd, 'OPEN'>;

/** What the follower of a log found, in order. `after` is where it then stands. */
export type LogItem = LogItemBody & { readonly after: LogPosition };

export type LogItemBody =
  | { readonly type: 'TEXT'; readonly output: LogOutput; readonly at: number; readonly bytes: Buffer }
  /** What the provider has now does not go on from what it had before. */
  | { readonly type: 'REPLACED'; readonly output: LogOutput }
  | { readonly type: 'NOTICE'; readonly state: 'INTERRUPTED' | 'RESUMED'; readonly code: ErrorCode | null; readonly message: string } // prettier-ignore
  /** All that there was has been read. */
  | { readonly type: 'CAUGHT_UP' }
  | { readonly type: 'END'; readonly end: FinalEnd; readonly message: string | null };
