import { GridweaveError } from '../../../model/errors.ts';
import type { Clock } from '../../../model/time.ts';
import type { LogEntry, PartitionWindow } from '../../event-log.ts';
import type { LiveEvent } from '../../event.ts';
import type { KeptEvents } from '../kept-events.ts';
import type { Listeners } from '../listeners.ts';
import { newEpoch, type Arrival, type Partition } from '../partition.ts';
import { codeOf } from './disk.ts';
import { encodeEntry } from './line.ts';
import type { Segments } from './segments.ts';

/** A new file is begun when the newest holds this part of the window: what is trimmed stays on the disk until its file goes. */
const SEGMENTS_PER_WINDOW = 8;
/** Smaller files than this are not worth their names. */
const MIN_SEGMENT_BYTES = 64 * 1024;

export interface FilePartitionDeps {
  readonly kept: KeptEvents;
  readonly listeners: Listeners;
  readonly clock: Clock;
  readonly report: (problem: string) => void;
  /** Throws when the directory belongs to somebody else by now. */
  assertHeld(): void;
  /** Told when the window of any partition may have been trimmed. */
  trimmed(): void;
}

interface Append {
  readonly events: readonly LiveEvent[];
  resolve(entries: readonly LogEntry[]): void;
  reject(error: unknown): void;
}

interface Break {
  readonly events: null;
  resolve(window: PartitionWindow): void;
  reject(error: unknown): void;
}

/**
 * One partition with its files. Appends and new epochs are carried out in the order they were asked for; appends that
 * arrive while a write is under way are written together by the next one.
 */
export class FilePartition {
  readonly partition: Partition;
  readonly segments: Segments;
  readonly #deps: FilePartitionDeps;
  #waiting: (Append | Break)[] = [];
  #working: Promise<void> | null = null;

  constructor(partition: Partition, segments: Segments, deps: FilePartitionDeps) {
    this.partition = partition;
    this.segments = segments;
    this.#deps = deps;
  }

  append(events: readonly LiveEvent[]): Promise<readonly LogEntry[]> {
    return new Promise((resolve, reject) => {
      this.#enqueue({ events, resolve, reject });
    });
  }

  breakEpoch(): Promise<PartitionWindow> {
    return new Promise((resolve, reject) => {
      this.#enqueue({ events: null, resolve, reject });
    });
  }

  /** Resolves when nothing waits to be written. */
  async settled(): Promise<void> {
    await this.#working;
  }

  /** Begins the files of an epoch; when that cannot be, the partition goes on without files. */
  async beginFiles(epoch: string): Promise<void> {
    try {
      this.#deps.assertHeld();
      await this.segments.begin(epoch, 0);
    } catch (error) {
      await this.#goOnWithoutFiles(error);
    }
  }

  #enqueue(task: Append | Break): void {
    this.#waiting.push(task);
    // From the next microtask on, so that what is appended in one go is written in one go.
    this.#working ??= Promise.resolve().then(() => this.#work());
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0) {
      const taken = this.#waiting;
      this.#waiting = [];
      let group: Append[] = [];
      for (const task of taken) {
        if (task.events !== null) {
          group.push(task);
          continue;
        }
        await this.#commit(group);
        group = [];
        await this.#break(task);
      }
      await this.#commit(group);
    }
    this.#working = null;
  }

  async #commit(group: readonly Append[]): Promise<void> {
    if (group.length === 0) return;
    const { kept, listeners } = this.#deps;
    let arrivals: readonly (readonly Arrival[])[];
    try {
      arrivals = await this.#write(group);
    } catch (error) {
      for (const task of group) task.reject(error);
      return;
    }
    for (const [index, task] of group.entries()) {
      const entries = kept.append(this.partition, arrivals[index] ?? []);
      listeners.tell((listener) => {
        listener.appended(entries);
      });
      task.resolve(entries);
    }
    this.#deps.trimmed();
  }

  async #write(group: readonly Append[]): Promise<(readonly Arrival[])[]> {
    const { epoch } = this.partition;
    const at = this.#deps.clock.now();
    const lines: Buffer[] = [];
    let seq = this.partition.lastSeq;
    const arrivals = group.map((task) =>
      task.events.map((event) => {
        seq += 1;
        const line = encodeEntry(epoch, seq, at, event);
        lines.push(line);
        return { event, at, bytes: line.length };
      }),
    );
    try {
      this.#deps.assertHeld();
      const full = Math.max(MIN_SEGMENT_BYTES, this.partition.bytes / SEGMENTS_PER_WINDOW);
      if (this.segments.newestBytes >= full) await this.segments.begin(epoch, this.partition.lastSeq);
      await this.segments.write(Buffer.concat(lines), seq);
    } catch (error) {
      await this.#goOnWithoutFiles(error);
    }
    return arrivals;
  }

  async #break(task: Break): Promise<void> {
    const { kept, listeners } = this.#deps;
    const epoch = newEpoch();
    try {
      await this.beginFiles(epoch);
    } catch (error) {
      task.reject(error);
      return;
    }
    kept.restart(this.partition, epoch);
    const { window } = this.partition;
    listeners.tell((listener) => {
      listener.broken(this.partition.key, window);
    });
    task.resolve(window);
    this.#deps.trimmed();
  }

  /**
   * A full disk must not stop live updates: without files, the partition is a ring until its next epoch. Files that lack an
   * event which readers were told of must not be there at the next start, so when they cannot be removed, nothing is told.
   */
  async #goOnWithoutFiles(error: unknown): Promise<void> {
    if (error instanceof GridweaveError) throw error;
    const { key } = this.partition;
    const code = codeOf(error) ?? 'unknown error';
    try {
      await this.segments.remove();
    } catch (second) {
      throw new GridweaveError(
        'INTERNAL',
        `Events of "${key}" can neither be written to the directory of the event log (${code}) nor removed from it (${codeOf(second) ?? 'unknown error'}). Nothing is appended until one of both works.`,
        { provider: key, cause: error },
      );
    }
    this.#deps.report(
      `Events of "${key}" cannot be written to the directory of the event log (${code}). They are kept in memory only until the next epoch, which a restart will begin.`,
    );
  }
}
