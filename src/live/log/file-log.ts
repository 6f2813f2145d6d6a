/**
 * The event log with files behind it, so that a restart keeps the window and the epoch: positions that readers hold go on
 * being served. Reads are answered from memory, exactly as by the ring; the files are read when a partition is opened.
 *
 * What is promised. An event is handed to the operating system before anybody can read it or is told of it, and appends that
 * arrive meanwhile are written together.
 * - The process ends in whatever way: everything that anybody was told of is there. An entry that was being written is cut
 *   off; nobody held its position, so that giving its `seq` to another event deceives nobody, and the epoch goes on.
 * - The machine goes down (power, kernel): nothing is forced to the disk while the log is open, as that would cost a wait of
 *   milliseconds per poll to save what a snapshot brings back. Told events may be missing then, and files that end early look
 *   just like files that are whole. So a mark, which is on the disk before the first event is, tells in which run of the
 *   machine the directory was open; when it is found by another run, all files are dropped and every partition begins a new
 *   epoch. Systems that do not name their runs (all but Linux) are treated like this after every end that was not a `close`.
 * - `close` forces everything to the disk before it removes the mark.
 * - Damage anywhere but at the very end (each line has a checksum): the partition begins a new epoch, and its files go.
 * - A position ahead of the files can therefore only be one of another epoch, or one that was never given out. An exception is
 *   a directory restored from an older copy: nothing in it tells. Empty the directory instead.
 *
 * Every loss is reported in a sentence, and shows to readers as a gap.
 *
 * On the disk: JSON lines in `<partition>.<number>.jsonl`, mode 0600, cut into stretches that are removed when the last of
 * their entries has left the window: the files hold up to a quarter more than the window, or two stretches of 64 KiB per
 * partition where that is more, and once more the largest batch. Records hold no secrets, and so the files do not either. One
 * process at a time may use a directory.
 */
import { mkdir, unlink } from 'node:fs/promises';
import { GridweaveError } from '../../model/errors.ts';
import { PROVIDER_KEY_PATTERN } from '../../model/ids.ts';
import { systemClock, type Clock } from '../../model/time.ts';
import type { EventLog, EventLogListener, LogEntry, PartitionKey, PartitionWindow, Position, ReadAnswer } from '../event-log.ts'; // prettier-ignore
import type { LiveEvent } from '../event.ts';
import { codeOf, syncDirectory } from './file/disk.ts';
import { FilePartition, type FilePartitionDeps } from './file/file-partition.ts';
import { thisBoot } from './file/holder.ts';
import { loadPartition } from './file/load.ts';
import { lockDirectory, type DirectoryLock } from './file/lock.ts';
import { readOpenMark, removeOpenMark, setOpenMark } from './file/open-mark.ts';
import { findSegments, Segments } from './file/segments.ts';
import { KeptEvents } from './kept-events.ts';
import { Listeners } from './listeners.ts';
import { warn, type LogOptions } from './options.ts';
import { newEpoch } from './partition.ts';
import { logClosed, notOpen } from './refusals.ts';
import { retentionOf, type Retention } from './retention.ts';

export interface FileLogOptions extends LogOptions {
  /** Made when it is not there, for this user only. */
  readonly directory: string;
}

export interface FileEventLog extends EventLog {
  /** False once another process has taken the directory: whatever else lies in it is not this process's to write either. */
  readonly isHeld: boolean;
}

/** Rejects with INVALID_ARGUMENT when the directory cannot be used, or a living process uses it. */
export async function openFileLog(options: FileLogOptions): Promise<FileEventLog> {
  const { directory, retention, clock = systemClock, report = warn } = options;
  const kept = new KeptEvents(retentionOf(retention));
  let held = true;
  let lock: DirectoryLock | null = null;
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    lock = await lockDirectory(directory, () => {
      held = false;
      report(
        `The directory "${directory}" of the event log was taken by another process: nothing more is appended.`,
      );
    });
    const boot = await thisBoot();
    if ((await readOpenMark(directory, boot)) === 'BY_MACHINE') {
      const files = await findSegments(directory);
      for (const { path } of files) await unlink(path);
      if (files.length > 0) {
        report(
          'The machine may have gone down while the event log was open: every partition begins a new epoch.',
        );
      }
    }
    await setOpenMark(directory, boot);
  } catch (error) {
    await lock?.release();
    throw unusable(directory, error);
  }
  return new FileLog({ directory, kept, clock, report, lock, isHeld: () => held });
}

interface FileLogParts {
  readonly directory: string;
  readonly kept: KeptEvents;
  readonly clock: Clock;
  readonly report: (problem: string) => void;
  readonly lock: DirectoryLock;
  readonly isHeld: () => boolean;
}

class FileLog implements FileEventLog {
  readonly #parts: FileLogParts;
  readonly #listeners: Listeners;
  readonly #partitions = new Map<PartitionKey, FilePartition>();
  readonly #opening = new Map<PartitionKey, Promise<FilePartition>>();
  #closing: Promise<void> | null = null;

  constructor(parts: FileLogParts) {
    this.#parts = parts;
    this.#listeners = new Listeners(parts.report);
  }

  get retention(): Retention {
    return this.#parts.kept.retention;
  }

  get isHeld(): boolean {
    return this.#parts.isHeld();
  }

  async open(key: PartitionKey): Promise<PartitionWindow> {
    this.#assertOpen();
    let opening = this.#opening.get(key);
    if (opening === undefined) {
      opening = this.#load(key);
      this.#opening.set(key, opening);
    }
    try {
      return (await opening).partition.window;
    } catch (error) {
      this.#opening.delete(key);
      throw unusable(this.#parts.directory, error);
    }
  }

  async append(key: PartitionKey, events: readonly LiveEvent[]): Promise<readonly LogEntry[]> {
    const partition = this.#partition(key);
    return events.length === 0 ? [] : partition.append(events);
  }

  async breakEpoch(key: PartitionKey): Promise<PartitionWindow> {
    return this.#partition(key).breakEpoch();
  }

  window(key: PartitionKey): PartitionWindow | null {
    return this.#closing === null ? (this.#partitions.get(key)?.partition.window ?? null) : null;
  }

  async read(key: PartitionKey, after: Position, limit: number): Promise<ReadAnswer> {
    return this.#partition(key).partition.read(after, limit);
  }

  listen(listener: EventLogListener): () => void {
    return this.#listeners.add(listener);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #load(key: PartitionKey): Promise<FilePartition> {
    if (!PROVIDER_KEY_PATTERN.test(key)) {
      throw new GridweaveError('INVALID_ARGUMENT', `"${key}" cannot name a partition of the event log.`);
    }
    const { directory, kept, report } = this.#parts;
    const fresh = newEpoch();
    const partition = kept.get(key) ?? kept.add(key, fresh);
    kept.restart(partition, fresh);
    const target = {
      begin: (epoch: string, after: number) => {
        kept.restart(partition, epoch, after);
      },
      entry: (arrival: Parameters<KeptEvents['append']>[1][number]) => {
        kept.append(partition, [arrival]);
      },
    };
    const loaded = await loadPartition(directory, key, target, report);
    if (loaded.outcome === 'DAMAGED') {
      report(`The event log of "${key}" begins a new epoch, and what it held is dropped: ${loaded.where}.`);
      kept.restart(partition, fresh);
      for (const { path } of await findSegments(directory, key)) await unlink(path);
    }
    const segments = new Segments(directory, key, loaded.outcome === 'KEPT' ? loaded.segments : [], report);
    const opened = new FilePartition(partition, segments, this.#deps);
    if (!segments.exist) await opened.beginFiles(partition.epoch);
    this.#partitions.set(key, opened);
    this.#dropTrimmed();
    return opened;
  }

  get #deps(): FilePartitionDeps {
    const { kept, clock, report, directory, isHeld } = this.#parts;
    return {
      kept,
      listeners: this.#listeners,
      clock,
      report,
      assertHeld: () => {
        if (isHeld()) return;
        throw new GridweaveError(
          'INTERNAL',
          `The directory "${directory}" of the event log was taken by another process.`,
        );
      },
      trimmed: () => {
        this.#dropTrimmed();
      },
    };
  }

  /** An append to one partition may have trimmed others. */
  #dropTrimmed(): void {
    if (!this.#parts.isHeld()) return;
    for (const { partition, segments } of this.#partitions.values())
      segments.drop(partition.epoch, partition.firstSeq);
  }

  async #close(): Promise<void> {
    const { lock, report } = this.#parts;
    await Promise.allSettled(this.#opening.values());
    await Promise.all([...this.#partitions.values()].map((partition) => partition.settled()));
    this.#listeners.clear();
    try {
      await this.#leaveInOrder();
      await lock.release();
    } catch (error) {
      // A directory that cannot be tidied up is found untidy by the next who opens it, and treated so.
      report(`The event log could not be closed in order (${codeOf(error) ?? 'unknown error'}).`);
    }
  }

  async #leaveInOrder(): Promise<void> {
    const { directory, isHeld, report } = this.#parts;
    const files = [...this.#partitions.values()].map(({ segments }) => segments);
    const closed = await Promise.allSettled(files.map((segments) => segments.close()));
    const failed = closed.find((one) => one.status === 'rejected');
    if (!isHeld()) return;
    if (failed !== undefined) {
      // What the disk did not confirm cannot be vouched for at the next start.
      report(
        `Events could not be written to the disk (${codeOf(failed.reason) ?? 'unknown error'}): the files are removed.`,
      );
      await Promise.all(files.map((segments) => segments.remove()));
    }
    await syncDirectory(directory);
    await removeOpenMark(directory);
  }

  #partition(key: PartitionKey): FilePartition {
    this.#assertOpen();
    return this.#partitions.get(key) ?? notOpen(key);
  }

  #assertOpen(): void {
    if (this.#closing !== null) logClosed();
  }
}

function unusable(directory: string, error: unknown): unknown {
  const code = codeOf(error);
  return code === null || error instanceof GridweaveError
    ? error
    : new GridweaveError(
        'INVALID_ARGUMENT',
        `The directory "${directory}" of the event log cannot be used (${code}). It must be a directory that this process may write to.`,
        { field: 'directory', cause: error },
      );
}
