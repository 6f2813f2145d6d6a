import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLog } from '../../src/live/event-log.ts';
import { openFileLog } from '../../src/live/log/file-log.ts';
import { RingLog } from '../../src/live/log/ring.ts';

/** Where a gateway has its log from, at every start. */
export interface LogSource {
  /** Whether the log is another one, of which nobody has been told. */
  open(keepsLog: boolean): Promise<{ readonly log: EventLog; readonly isNew: boolean }>;
  close(): Promise<void>;
}

/** In memory; one that is kept is simply used again. */
export function ringSource(events: number): LogSource {
  let log: RingLog | null = null;
  return {
    open: (keepsLog) => {
      if (log !== null && keepsLog) return Promise.resolve({ log, isNew: false });
      log = new RingLog({ retention: { events } });
      return Promise.resolve({ log, isNew: true });
    },
    close: async () => {
      await log?.close();
    },
  };
}

/** In files, which are closed and read again at every start. */
export function fileSource(events: number): LogSource {
  let log: EventLog | null = null;
  const directories: string[] = [];
  return {
    open: async (keepsLog) => {
      await log?.close();
      if (log === null || !keepsLog) directories.push(await mkdtemp(join(tmpdir(), 'gridweave-live-')));
      log = await openFileLog({ directory: directories.at(-1)!, retention: { events } });
      return { log, isNew: true };
    },
    close: async () => {
      await log?.close();
      await Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true })));
    },
  };
}
