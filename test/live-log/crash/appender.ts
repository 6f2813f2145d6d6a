/**
 * Run as a process of its own, to be killed: appends to the log in the directory that it is given for as long as it lives,
 * and writes a line for every event that a listener was told of.
 */
import { writeSync } from 'node:fs';
import type { PartitionKey } from '../../../src/live/event-log.ts';
import { openFileLog } from '../../../src/live/log/file-log.ts';
import { changes, nameOf } from '../events.ts';

const LAB = 'lab' as PartitionKey;
const SIZES = [1, 2, 3, 6];
const OFFSETS = [0, 1, 3, 6];
const log = await openFileLog({ directory: process.argv[2] ?? '', retention: { events: 300 } });
const { lastSeq } = await log.open(LAB);
log.listen({
  appended(entries) {
    const lines = entries.map(
      ({ position, event }) => `${position.epoch} ${String(position.seq)} ${nameOf(event)}\n`,
    );
    writeSync(1, lines.join(''));
  },
  broken: () => undefined,
});
for (let next = lastSeq + 1; ; next += 12) {
  // Several at once, of several sizes, so that the end may come anywhere.
  await Promise.all(
    SIZES.map((size, index) => log.append(LAB, changes(LAB, size, next + (OFFSETS[index] ?? 0)))),
  );
}
