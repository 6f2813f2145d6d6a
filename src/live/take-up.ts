import type { EventLog, LogEntry, PartitionWindow, Position } from './event-log.ts';
import type { Known } from './known/known-store.ts';
import { Slices } from './known/slices.ts';
import type { Tracker } from './tracker.ts';

const READ_AT_A_TIME = 500;

/**
 * Takes up what an earlier process knew: the picture, and what the log has told since. False, and nothing is taken up, when
 * the log has lost a part of that, or is another one.
 */
export async function takeUp(
  tracker: Tracker,
  { position, picture }: Known,
  log: EventLog,
  { partition, window }: { readonly partition: LogEntry['partition']; readonly window: PartitionWindow },
): Promise<boolean> {
  const since = await entriesSince(log, partition, position, window.lastSeq);
  if (since === null) return false;
  const slices = new Slices();
  const { objects, ...rest } = picture;
  tracker.restore([], rest);
  for (const object of objects) {
    tracker.restore([object]);
    await slices.rest();
  }
  for (const entry of since) {
    tracker.replay(entry);
    await slices.rest();
  }
  return true;
}

/** All entries after a position; null when they cannot be had. */
async function entriesSince(
  log: EventLog,
  partition: LogEntry['partition'],
  { epoch, seq: after }: Position,
  until: number,
): Promise<LogEntry[] | null> {
  const entries: LogEntry[] = [];
  for (let seq = after; ;) {
    const answer = await log.read(partition, { epoch, seq }, READ_AT_A_TIME);
    if (answer.outcome === 'GAP') return null;
    entries.push(...answer.entries);
    if (answer.entries.length === 0) return seq === until ? entries : null;
    seq += answer.entries.length;
  }
}
