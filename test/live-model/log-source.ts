import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLog } from '../../src/live/event-log.ts';
import { openKnownFiles } from '../../src/live/known/known-files.ts';
import type { KnownStore } from '../../src/live/known/known-store.ts';
import { openFileLog } from '../../src/live/log/file-log.ts';
import { RingLog } from '../../src/live/log/ring.ts';
import { KnownInMemory } from '../support/known-in-memory.ts';

export interface OpenedLog {
  readonly log: EventLog;
  /** Where what is known is kept beside it. */
  readonly known: KnownStore;
  /** Whether the log is another one, of which nobody has been told. */
  readonly isNew: boolean;
}

/** Where a gateway has its log from, at every start. */
export interface LogSource {
  open(keepsLog: boolean): Promise<OpenedLog>;
  /** The process that had it open last ends at this moment, without a word; what it still does goes nowhere. */
  crash(): void;
  close(): Promise<void>;
}

/** In memory; one that is kept is simply used again. */
export function ringSource(events: number): LogSource {
  let log: RingLog | null = null;
  let known = new KnownInMemory();
  return {
    open: (keepsLog) => {
      if (log !== null && keepsLog) return Promise.resolve({ log, known: known.process(), isNew: false });
      log = new RingLog({ retention: { events } });
      known = new KnownInMemory();
      return Promise.resolve({ log, known: known.process(), isNew: true });
    },
    crash: () => {
      known.crash();
    },
    close: async () => {
      await log?.close();
    },
  };
}

/** In files, which are closed and read again at every start. */
export function fileSource(events: number): LogSource {
  let open: { readonly log: EventLog; readonly known: KnownStore } | null = null;
  const directories: string[] = [];
  const closeOpen = async (): Promise<void> => {
    await open?.known.close();
    await open?.log.close();
    open = null;
  };
  return {
    open: async (keepsLog) => {
      const isFirst = directories.length === 0;
      await closeOpen();
      if (isFirst || !keepsLog) directories.push(await mkdtemp(join(tmpdir(), 'gridweave-live-')));
      const directory = directories.at(-1)!;
      const log = await openFileLog({ directory, retention: { events } });
      const report = (problem: string): void => {
        throw new Error(problem);
      };
      const known = await openKnownFiles({ directory: join(directory, 'known'), isHeld: () => true, report });
      open = { log, known };
      return { log, known, isNew: true };
    },
    crash: () => {
      const left = directories.at(-1)!;
      const copy = `${left}-`;
      copyAsItIs(left, copy);
      const lock = join(copy, 'lock');
      const holder = JSON.parse(readFileSync(lock, 'utf8')) as object;
      // A process of the same place that started before any other: it is certainly not there any more.
      writeFileSync(lock, JSON.stringify({ ...holder, token: 'other', pid: 2 ** 30 }));
      directories.push(copy);
    },
    close: async () => {
      await closeOpen();
      await Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true })));
    },
  };
}

/** The disk goes on with what it was told to do: a file that was there may be gone a moment later. */
function copyAsItIs(from: string, to: string): void {
  for (;;) {
    try {
      cpSync(from, to, { recursive: true });
      return;
    } catch (error) {
      if (!(error instanceof Error) || !('code' in error) || error.code !== 'ENOENT') throw error;
      rmSync(to, { recursive: true, force: true });
    }
  }
}
