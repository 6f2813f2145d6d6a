import type { Waiter } from './outlet.ts';

/** The answer to one message, executed and encoded once, however many readers it is for. Not there until it is settled. */
export class Encoding {
  /** Where a reader is after this message; null when that is no place to resume from. */
  readonly cursor: string | null;
  #bytes: Buffer | null = null;
  #sseFrame: Buffer | null = null;
  #waiting: Waiter[] | null = null;

  constructor(cursor: string | null) {
    this.cursor = cursor;
  }

  /** The execution result as JSON; null while it is being made. */
  get bytes(): Buffer | null {
    return this.#bytes;
  }

  /** As an event of an event stream: the same for every reader. */
  sseFrame(bytes: Buffer): Buffer {
    this.#sseFrame ??= Buffer.concat([Buffer.from(this.#sseHead()), bytes, Buffer.from('\n\n')]);
    return this.#sseFrame;
  }

  settle(json: string): void {
    this.#bytes = Buffer.from(json);
    const waiting = this.#waiting;
    this.#waiting = null;
    for (const waiter of waiting ?? []) waiter.resume();
  }

  whenSettled(waiter: Waiter): void {
    (this.#waiting ??= []).push(waiter);
  }

  #sseHead(): string {
    // A line break would end the field; no cursor of ours has one.
    const id = this.cursor === null || /[\r\n\0]/.test(this.cursor) ? '' : `id: ${this.cursor}\n`;
    return `${id}event: next\ndata: `;
  }
}
