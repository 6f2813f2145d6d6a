import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, syncDirectory } from '../live/log/file/disk.ts';
import { GridweaveError } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import type { Clock } from '../model/time.ts';
import { readIntent } from './intent-line.ts';
import {
  DEFAULT_RETENTION,
  type Intent,
  type IntentId,
  type IntentPhase,
  type IntentRetention,
} from './intent.ts';
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
    const intents = readLines(path, await readText(path));
    const store = new FileIntents(path, await open(path, 'a', 0o600), clock, retention);
    // Nobody else can be at an intent: the process that held the lease is gone.
    for (const intent of intents) store.put({ ...intent, lease: null });
    try {
      await store.#compact();
    } catch (error) {
      await store.#file.close();
      throw error;
    }
    return store;
  }

  override async claim(fresh: Intent): Promise<{ readonly intent: Intent; readonly claimed: boolean }> {
    this.#refuseBroken();
    const answer = await super.claim(fresh);
    if (answer.claimed) await this.#write(fresh);
    else await this.#synced();
    return answer;
  }

  override async get(id: IntentId): Promise<Intent | null> {
    const intent = await super.get(id);
    await this.#synced();
    return intent;
  }

  override async replace(next: Intent): Promise<boolean> {
    this.#refuseBroken();
    const replaced = await super.replace(next);
    if (replaced) await this.#write(next);
    else await this.#synced();
    return replaced;
  }

  override async list(
    provider: ProviderKey,
    phases: readonly IntentPhase[],
    limit: number,
  ): Promise<readonly Intent[]> {
    const found = await super.list(provider, phases, limit);
    await this.#synced();
    return found;
  }

  override async close(): Promise<void> {
    await this.#last;
    await this.#file.close();
  }

  #refuseBroken(): void {
    if (this.#broken !== null) throw unwritable(this.#path, this.#broken);
  }

  /** Resolves when everything that was written before is on the disk: what is answered must not be taken back by a crash. */
  async #synced(): Promise<void> {
    await this.#last;
    this.#refuseBroken();
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
    this.#refuseBroken();
  }

  async #sync(): Promise<void> {
    const lines = this.#waiting;
    this.#waiting = [];
    // Behind a line that was cut off, another would make the file unreadable.
    if (lines.length === 0 || this.#broken !== null) return;
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
    try {
      if (lines.length > 0) await file.appendFile(`${lines.join('\n')}\n`);
      await file.datasync();
      await rename(fresh, this.#path);
      await syncDirectory(dirname(this.#path));
    } catch (error) {
      await file.close();
      throw error;
    }
    await this.#file.close();
    this.#file = file;
    this.#lines = lines.length;
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return '';
    throw error;
  }
}

/** Every intent in the order of the writes. A last line that is no intent was cut off. */
function readLines(path: string, text: string): readonly Intent[] {
  const lines = text.split('\n');
  return lines.flatMap((line, i) => {
    const intent = line === '' ? null : readIntent(line);
    if (intent !== null) return [intent];
    if (line !== '' && i < lines.length - 1) throw unreadable(path, i + 1);
    return [];
  });
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
