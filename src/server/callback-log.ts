import type { Logger } from 'pino';
import type { ProviderKey } from '../model/ids.ts';

/** What became of a delivery that was not taken. */
export interface CallbackNote {
  readonly provider: ProviderKey;
  /** Where it came from. */
  readonly remoteAddress: string;
  /** What it was answered; null when nobody was left to be answered. */
  readonly status: number | null;
  /** Holds nothing of what was sent. */
  readonly reason: string;
  readonly requestId: string | undefined;
}

/** For how long what was written once is only counted, in milliseconds. */
const WINDOW_MS = 60_000;
/** Lines that one window can hold; what more addresses do is one more line. */
const MAX_LINES = 100;

interface Silence {
  readonly note: CallbackNote;
  /** Null for those that have no line of their own. */
  readonly remoteAddress: string | null;
  readonly message: string;
  suppressed: number;
}

/**
 * Writes one line for each delivery that was not taken, and of a flood of the same (provider, address, status, reason) one
 * line in a minute: the first at once, and how many followed when the minute is over.
 */
export class CallbackLog {
  readonly #log: Logger;
  readonly #silences = new Map<string, Silence>();

  constructor(log: Logger) {
    this.#log = log;
  }

  refused(note: CallbackNote): void {
    this.#write('callback refused', note);
  }

  /** Was answered like the first of its kind, and nothing was done. */
  repeated(note: CallbackNote): void {
    this.#write('callback repeated', note);
  }

  #write(message: string, note: CallbackNote): void {
    const { provider, status, reason } = note;
    const isFull = this.#silences.size >= MAX_LINES;
    const own = JSON.stringify([provider, note.remoteAddress, status, reason]);
    const remoteAddress = isFull && !this.#silences.has(own) ? null : note.remoteAddress;
    const key = remoteAddress === null ? JSON.stringify([provider]) : own;
    const silence = this.#silences.get(key);
    if (silence !== undefined) {
      silence.suppressed += 1;
      return;
    }
    const { requestId } = note;
    this.#log.info({ provider, status, reason, remoteAddress, requestId }, message);
    this.#silences.set(key, { note, remoteAddress, message, suppressed: 0 });
    // A gateway that leaves does not wait for it.
    setTimeout(() => this.#sum(key), WINDOW_MS).unref();
  }

  #sum(key: string): void {
    const silence = this.#silences.get(key);
    this.#silences.delete(key);
    if (silence === undefined || silence.suppressed === 0) return;
    const { note, remoteAddress, message, suppressed } = silence;
    const { provider, status, reason } = note;
    const what = remoteAddress === null ? {} : { status, reason };
    this.#log.info({ provider, ...what, remoteAddress, suppressed }, message);
  }
}
