import type { QueueLimits } from '../feed.ts';
import type { Delta } from './delta.ts';

interface Place {
  delta: Delta;
  previous: Place | null;
  next: Place | null;
}

/**
 * What waits for one reader, in the order it came, within bounds. Nothing is taken out while there is room: a burst reaches
 * a reader that keeps up as it happened. Once the queue was full, and until it is empty again, a newer event takes the
 * place of an older change of the same object, at the newer one's place: what stands behind an entry never came before it,
 * so the position after an entry claims only what was delivered or is superseded by something still to come.
 */
export class FeedQueue {
  readonly #limits: QueueLimits;
  #first: Place | null = null;
  #last: Place | null = null;
  #length = 0;
  #bytes = 0;
  #coalesced = 0;
  /** The newest forgettable change of each object; null while there is room for all. */
  #newest: Map<string, Place> | null = null;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** How many changes gave way so far. */
  get coalesced(): number {
    return this.#coalesced;
  }

  /** False when there is no room even after conflation: the queue is to be given up. */
  push(delta: Delta): boolean {
    const place: Place = { delta, previous: this.#last, next: null };
    if (this.#last === null) this.#first = place;
    else this.#last.next = place;
    this.#last = place;
    this.#length++;
    this.#bytes += delta.bytes;
    if (this.#newest !== null) this.#conflate(this.#newest, place);
    else if (this.#isOver()) this.#startConflating();
    return !this.#isOver();
  }

  shift(): Delta | null {
    const place = this.#first;
    if (place === null) return null;
    if (this.#newest?.get(place.delta.object) === place) this.#newest.delete(place.delta.object);
    this.#remove(place);
    if (this.#length === 0) this.#newest = null;
    return place.delta;
  }

  clear(): void {
    this.#first = null;
    this.#last = null;
    this.#length = 0;
    this.#bytes = 0;
    this.#newest = null;
  }

  /** One entry may be as large as it is: it is on its way as soon as the reader takes anything. */
  #isOver(): boolean {
    return (
      this.#length > this.#limits.maxMessages || (this.#bytes > this.#limits.maxBytes && this.#length > 1)
    );
  }

  #startConflating(): void {
    const newest = new Map<string, Place>();
    this.#newest = newest;
    for (let place = this.#first; place !== null; place = place.next) this.#conflate(newest, place);
  }

  #conflate(newest: Map<string, Place>, place: Place): void {
    const { object } = place.delta;
    const older = newest.get(object);
    if (older !== undefined) {
      this.#remove(older);
      this.#coalesced++;
      place.delta = place.delta.inPlaceOf(older.delta);
    }
    if (place.delta.forgettable) newest.set(object, place);
    else newest.delete(object);
  }

  #remove(place: Place): void {
    if (place.previous === null) this.#first = place.next;
    else place.previous.next = place.next;
    if (place.next === null) this.#last = place.previous;
    else place.next.previous = place.previous;
    this.#length--;
    this.#bytes -= place.delta.bytes;
  }
}
