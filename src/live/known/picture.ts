/**
 * What is known of providers, kept beside the event log, so that a restart which keeps the log knows what readers were told:
 * objects that were learned without being told, and those whose events have left the window, are in no event. This folder
 * owns the picture of it, its files, and when they are written. Called by `Follower` alone; `server/` opens the files.
 */
import type { Entry, Trace } from '../memory.ts';

/** One object as it was last told, or learned without being told. */
export type Remembered = Readonly<
  Pick<Entry, 'record' | 'known' | 'endedFrom' | 'seenAt' | 'command' | 'unseenSince'>
>;

/** What is left of an object that is not remembered any more. */
export interface LeftTrace {
  readonly name: string;
  readonly trace: Trace;
}

/** All that is known of one provider at one moment. */
export interface Picture {
  readonly objects: readonly Remembered[];
  /** The oldest first. */
  readonly traces: readonly LeftTrace[];
  /** The newest creation or end seen, by the provider's clock, in epoch milliseconds; null when none was. */
  readonly newest: number | null;
  /** What ended before this belongs to a first look that was silent; null when there was none. */
  readonly historyBefore: number | null;
}
