import type { Feed } from '../../live/feed.ts';
import type { Channel } from './channel.ts';
import type { Encoding } from './encoding.ts';
import type { Seat } from './fan-out.ts';
import type { Outlet, Waiter } from './outlet.ts';
import type { Turn, Turns } from './turns.ts';

/** Where the messages of one operation go. */
export interface Sink {
  readonly outlet: Outlet;
  /** Writes several messages in one go. */
  together(write: () => void): void;
  write(encoding: Encoding, bytes: Buffer): void;
  /** Everything was written and the feed has ended: of itself, or with an error. */
  end(failure: Error | null): void;
}

/** How many executions of one reader may be under way or wait to be written; also what it takes in one turn. */
const IN_FLIGHT = 32;

export interface FeedReaderOptions {
  readonly feed: Feed;
  readonly seat: Seat;
  readonly sink: Sink;
  readonly turns: Turns;
}

/**
 * Takes messages from one feed and writes their shared encodings to one sink, in order. Takes nothing while the sink's
 * connection is full: then the feed conflates, and nobody else notices.
 */
export class FeedReader implements Turn, Waiter {
  readonly feed: Feed;
  readonly #seat: Seat;
  readonly #sink: Sink;
  // What is looked at for every message is held here: with thousands of readers, each step to another object is a miss.
  readonly #channel: Channel;
  readonly #outlet: Outlet;
  readonly #turns: Turns;
  /** Taken, and not yet written. */
  #outbox: Encoding[] = [];
  #open = true;
  /** It is among the waiters of the first encoding of the outbox, or of the outlet. */
  #waiting = false;
  queued = false;

  constructor({ feed, seat, sink, turns }: FeedReaderOptions) {
    this.feed = feed;
    this.#seat = seat;
    this.#sink = sink;
    this.#channel = seat.channel;
    this.#outlet = sink.outlet;
    this.#turns = turns;
    feed.onReady(() => this.#turns.add(this));
    turns.add(this);
  }

  /** Ends with a closing bookmark, after what waits. */
  drain(): void {
    this.feed.drain();
    this.#turns.add(this);
  }

  /** Ends at once. Idempotent. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#outbox = [];
    this.feed.close();
    this.#seat.leave();
  }

  resume(): void {
    this.#waiting = false;
    this.#turns.add(this);
  }

  failed(error: unknown): void {
    if (!this.#open) return;
    this.close();
    this.#sink.end(error instanceof Error ? error : new TypeError('something that is no error was thrown'));
  }

  turn(): void {
    if (!this.#open) return;
    const outlet = this.#outlet;
    let exhausted = false;
    let room = !outlet.full;
    while (!exhausted && room && this.#outbox.length < IN_FLIGHT) {
      const items = this.feed.take(IN_FLIGHT - this.#outbox.length);
      exhausted = items.length === 0;
      for (const item of items) {
        const encoding = this.#channel.encode(item);
        // Mostly there is one, it is there already, and nothing waits before it.
        if (items.length === 1 && this.#outbox.length === 0 && encoding.bytes !== null) {
          this.#sink.write(encoding, encoding.bytes);
          room = !outlet.full;
        } else this.#outbox.push(encoding);
      }
    }
    if (this.#outbox.length > 0) this.#flush();
    if (this.#waiting) return;
    if (this.#outbox.length > 0) this.#wait();
    else if (exhausted) {
      if (this.feed.ended) this.#finish();
    } else if (outlet.full) this.#waitForRoom();
    else this.#turns.add(this);
  }

  #flush(): void {
    if (this.#outbox.length > 1) this.#sink.together(() => this.#writeSettled());
    else this.#writeSettled();
  }

  #writeSettled(): void {
    let written = 0;
    for (const encoding of this.#outbox) {
      if (encoding.bytes === null || this.#outlet.full) break;
      this.#sink.write(encoding, encoding.bytes);
      written += 1;
    }
    if (written === this.#outbox.length) this.#outbox.length = 0;
    else this.#outbox.splice(0, written);
  }

  #wait(): void {
    const [first] = this.#outbox;
    if (first !== undefined && first.bytes === null) {
      this.#waiting = true;
      first.whenSettled(this);
    } else this.#waitForRoom();
  }

  #waitForRoom(): void {
    this.#waiting = true;
    this.#outlet.whenRoom(this);
  }

  #finish(): void {
    const { failure } = this.feed;
    this.close();
    this.#sink.end(failure);
  }
}
