import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { GridweaveError } from '../../model/errors.ts';
import { PROVIDER_KEY_PATTERN } from '../../model/ids.ts';
import type { PartitionKey } from '../event-log.ts';
import { codeOf, syncDirectory, syncFile, unlinkIfThere, writeAll } from '../log/file/disk.ts';
import { decodeKnown, encodeKnown } from './known-lines.ts';
import type { Known, KnownStore } from './known-store.ts';

export interface KnownFilesOptions {
  /** Made when it is not there, for this user only. Of one process at a time: the lock of the event log is what keeps it. */
  readonly directory: string;
  /** Whether the event log, and so this directory, still belongs to this process. */
  readonly isHeld: () => boolean;
  /** Told in a sentence of a picture that cannot be believed. */
  readonly report: (problem: string) => void;
}

/**
 * Pictures in files, `<partition>.jsonl`, mode 0600. Nothing is forced to the disk before `close`: when the machine goes down
 * before that, the event log begins new epochs, and pictures of old ones are not looked at.
 */
export async function openKnownFiles(options: KnownFilesOptions): Promise<KnownStore> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  return new KnownFiles(options);
}

class KnownFiles implements KnownStore {
  readonly #options: KnownFilesOptions;
  /** Written since the last time they were forced to the disk. */
  readonly #unsynced = new Set<string>();

  constructor(options: KnownFilesOptions) {
    this.#options = options;
  }

  async load(partition: PartitionKey): Promise<Known | null> {
    const path = this.#pathOf(partition);
    let bytes: Buffer;
    try {
      bytes = await readFile(path);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
    const known = await decodeKnown(partition, bytes);
    if (known === null) this.#options.report(`What was known of "${partition}" cannot be read: its file is damaged, or of another version.`); // prettier-ignore
    return known;
  }

  async save(partition: PartitionKey, known: Known, isWanted: () => boolean): Promise<boolean> {
    const path = this.#pathOf(partition);
    const unfinished = `${path}.new`;
    const file = await open(unfinished, 'w', 0o600);
    try {
      let length = 0;
      for (const piece of encodeKnown(partition, known)) {
        if (!isWanted()) break;
        await writeAll(file, piece, length);
        length += piece.length;
      }
    } finally {
      await file.close();
    }
    if (!isWanted() || !this.#options.isHeld()) {
      await unlinkIfThere(unfinished);
      return false;
    }
    await rename(unfinished, path);
    this.#unsynced.add(path);
    return true;
  }

  async forget(partition: PartitionKey): Promise<void> {
    const path = this.#pathOf(partition);
    if (!this.#options.isHeld()) return;
    await unlinkIfThere(path);
    this.#unsynced.delete(path);
  }

  async close(): Promise<void> {
    for (const path of this.#unsynced) {
      // What the disk did not confirm cannot be vouched for at the next start.
      await syncFile(path).catch(() => unlinkIfThere(path));
    }
    this.#unsynced.clear();
    await syncDirectory(this.#options.directory);
  }

  #pathOf(partition: PartitionKey): string {
    if (!PROVIDER_KEY_PATTERN.test(partition)) {
      throw new GridweaveError('INVALID_ARGUMENT', `"${partition}" cannot name a file.`);
    }
    return join(this.#options.directory, `${partition}.jsonl`);
  }
}
