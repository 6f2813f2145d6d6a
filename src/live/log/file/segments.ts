import { open, readdir, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { PartitionKey } from '../../event-log.ts';
import { codeOf, syncFile, unlinkIfThere, writeAll } from './disk.ts';
import { encodeHeader } from './line.ts';

/** One file of a partition: a stretch of one epoch. */
export interface Segment {
  readonly path: string;
  /** Rises from file to file of the partition. */
  readonly number: number;
  readonly epoch: string;
  /** Of its last entry; where it begins while it has none. */
  readonly lastSeq: number;
  readonly bytes: number;
}

const SEGMENT = /^([a-z0-9-]+)\.(\d{8})\.jsonl$/;

function pathOf(directory: string, partition: PartitionKey, number: number): string {
  return join(directory, `${partition}.${String(number).padStart(8, '0')}.jsonl`);
}

/** The segments in a directory, of one partition or of all, in the order in which they were begun; none when it is gone. */
export async function findSegments(
  directory: string,
  partition?: PartitionKey,
): Promise<{ path: string; number: number }[]> {
  return (await namesIn(directory))
    .map((name) => ({ name, match: SEGMENT.exec(name) }))
    .filter(({ match }) => match !== null && (partition === undefined || match[1] === partition))
    .map(({ name, match }) => ({ path: join(directory, name), number: Number(match?.[2]) }))
    .sort((a, b) => a.number - b.number);
}

async function namesIn(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** The files of one partition, written by one caller at a time. The newest is written at its end; older ones only go. */
export class Segments {
  readonly #directory: string;
  readonly #partition: PartitionKey;
  readonly #report: (problem: string) => void;
  #older: Segment[];
  #newest: Segment | null;
  #file: FileHandle | null = null;
  #nextNumber: number;
  #dropping: Promise<void> | null = null;

  /** `found`: what is on the disk already, in order; the last one is written on. */
  constructor(
    directory: string,
    partition: PartitionKey,
    found: readonly Segment[],
    report: (problem: string) => void,
  ) {
    this.#directory = directory;
    this.#partition = partition;
    this.#report = report;
    this.#older = found.slice(0, -1);
    this.#newest = found.at(-1) ?? null;
    this.#nextNumber = (this.#newest?.number ?? 0) + 1;
  }

  /** False when there are no files: nothing is kept of this partition until the next `begin`. */
  get exist(): boolean {
    return this.#newest !== null;
  }

  /** How much the newest file holds. */
  get newestBytes(): number {
    return this.#newest?.bytes ?? 0;
  }

  /** Begins a file; what follows is written to it. When this rejects, a part of the file may be there: see `remove`. */
  async begin(epoch: string, after: number): Promise<void> {
    const number = this.#nextNumber;
    const path = pathOf(this.#directory, this.#partition, number);
    const header = encodeHeader({ partition: this.#partition, epoch, after });
    const file = await open(path, 'wx', 0o600);
    this.#nextNumber += 1;
    const segment = { path, number, epoch, lastSeq: after, bytes: header.length };
    try {
      await writeAll(file, header, 0);
    } catch (error) {
      await file.close();
      throw error;
    }
    const before = this.#file;
    if (this.#newest !== null) this.#older.push(this.#newest);
    this.#file = file;
    this.#newest = segment;
    await before?.close();
  }

  /** Writes whole lines up to the entry `lastSeq` at the end. What a failed write left there is written over by the next. */
  async write(lines: Buffer, lastSeq: number): Promise<void> {
    const segment = this.#newest;
    if (segment === null) return;
    this.#file ??= await open(segment.path, 'r+');
    await writeAll(this.#file, lines, segment.bytes);
    this.#newest = { ...segment, lastSeq, bytes: segment.bytes + lines.length };
  }

  /** Removes files, oldest first, that hold nothing of this epoch from `firstSeq` on. Never rejects. */
  drop(epoch: string, firstSeq: number): void {
    if (this.#dropping !== null || !this.#mayGo(epoch, firstSeq)) return;
    this.#dropping = this.#dropAll(epoch, firstSeq).finally(() => {
      this.#dropping = null;
    });
  }

  /** Removes all files, also what a failure left: whoever reads the directory later finds a partition that was never there. */
  async remove(): Promise<void> {
    await this.#dropping;
    const file = this.#file;
    this.#file = null;
    await file?.close();
    for (const { path } of await findSegments(this.#directory, this.#partition)) await unlinkIfThere(path);
    this.#older = [];
    this.#newest = null;
  }

  /** Resolves when everything is on the disk, and the files are closed. */
  async close(): Promise<void> {
    await this.#dropping;
    await this.#file?.close();
    this.#file = null;
    for (const { path } of [...this.#older, ...(this.#newest === null ? [] : [this.#newest])]) {
      await syncFile(path);
    }
  }

  #mayGo(epoch: string, firstSeq: number): boolean {
    const oldest = this.#older[0];
    return oldest !== undefined && (oldest.epoch !== epoch || oldest.lastSeq < firstSeq);
  }

  async #dropAll(epoch: string, firstSeq: number): Promise<void> {
    while (this.#mayGo(epoch, firstSeq)) {
      const oldest = this.#older[0];
      if (oldest === undefined) return;
      try {
        await unlinkIfThere(oldest.path);
      } catch (error) {
        // It stays the oldest, and is tried again when the next one may go: a gap in the row would read as damage.
        this.#report(
          `A file of the event log that is no longer needed could not be removed (${codeOf(error) ?? 'unknown'}).`,
        );
        return;
      }
      if (this.#older[0] === oldest) this.#older.shift();
    }
  }
}
