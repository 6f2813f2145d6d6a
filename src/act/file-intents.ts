import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { GridweaveError } from '../model/errors.ts';
import type { Clock } from '../model/time.ts';
import { readIntent } from './intent-line.ts';
import { DEFAULT_RETENTION, type Intent, type IntentRetention } from './intent.ts';
import { MemoryIntents } from './memory-intents.ts';

/** Lines beyond the intents that are kept before the file is written anew. */
const SLACK_LINES = 10_000;

/**
 * Intents in a file, one line for each write, synced to the disk before the write is answered: what was about to be sent is
 * known after a crash. Writes that come while one is being synced share the next sync. One process at a time may have it:
 * whoever opens it sees to that.
 */
export class FileIntents extends MemoryIntents {
  override readonly durable = true;
  readonly #path: string;
  #file: FileHandle;
  #lines: number;
  #waiting: string[] = [];
  /** The sync under way, or the last one. */
  #last: Promise<void> = Promise.resolve();
  /** The sync after it, which takes everything that waits by then. */
  #next: Promise<void> | null = null;
  #broken: unknown = null;

  private constructor(path: string, file: FileHandle, clock: Clock, retention: IntentRetention) {
    super(clock, retention);
    this.#path = path;
    this.#file = file;
    this.#lines = 0;
  }

  /** Opens the file, or makes it. A line that a crash cut off is the last one, and never answered: it is dropped. */
  static async open(
    path: string,
    clock: Clock,
    retention: IntentRetention = DEFAULT_RETENTION,
  ): Promise<FileIntents> {
    const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const store = new FileIntents(path, await open(path, 'a', 0o600), clock, retention);
    const lines = text.split('\n');
    lines.forEach((line, i) => {
      const last = i === lines.length - 1;
      if (line === '') return;
      const intent = readIntent(line);
      // Nobody else can be at an intent: the process that held the lease is gone.
      if (intent !== null) store.put({ ...intent, lease: null });
      else if (!last) throw unreadable(path, i + 1);
    });
    await store.#compact();
    return store;
  }

  override async claim(fresh: Intent): Promise<{ readonly intent: Intent; readonly claimed: boolean }> {
    const answer = await super.claim(fresh);
    if (answer.claimed) await this.#write(fresh);
    return answer;
  }

  override async replace(next: Intent): Promise<boolean> {
    if (!(await super.replace(next))) return false;
    await this.#write(next);
    return true;
  }

  override async close(): Promise<void> {
    await this.#last;
    await this.#file.close();
  }

  /** Resolves when the line is on the disk. After a failed write nothing more is promised. */
  async #write(intent: Intent): Promise<void> {
    this.#waiting.push(JSON.stringify(intent));
    this.#next ??= this.#last.then(() => {
      this.#next = null;
      return this.#sync();
    });
    this.#last = this.#next;
    await this.#next;
    if (this.#broken !== null) throw unwritable(this.#path, this.#broken);
  }

  async #sync(): Promise<void> {
    const lines = this.#waiting;
    if (lines.length === 0) return;
    this.#waiting = [];
    try {
      await this.#file.appendFile(`${lines.join('\n')}\n`);
      await this.#file.datasync();
      this.#lines += lines.length;
      if (this.#lines > this.size + SLACK_LINES) await this.#compact();
    } catch (error) {
      this.#broken = error;
    }
  }

  /** Writes the file anew with what is kept, and puts it into the old one's place in one step. */
  async #compact(): Promise<void> {
    const fresh = `${this.#path}.new`;
    await rm(fresh, { force: true });
    const file = await open(fresh, 'a', 0o600);
    const lines = [...this.all()].map((intent) => JSON.stringify(intent));
    if (lines.length > 0) await file.appendFile(`${lines.join('\n')}\n`);
    await file.datasync();
    await rename(fresh, this.#path);
    await this.#file.close();
    this.#file = file;
    this.#lines = lines.length;
  }
}

function unreadable(path: string, line: number): GridweaveError {
  return new GridweaveError(
    'INVALID_ARGUMENT',
    `${path}: line ${String(line)} is not an intent. The file says what was submitted, so nothing is submitted without it: restore it, or move it away if no submission of it can be repeated.`,
    { field: 'data.directory' },
  );
}

function unwritable(path: string, cause: unknown): GridweaveError {
  return new GridweaveError(
    'INTERNAL',
    `The intent could not be written to ${path}, and nothing is sent without it. Look at the disk, then restart the gateway.`,
    { cause, sent: false },
  );
}
