import { CHECK_BYTES, NOTHING, checkOf, fits, placesOf } from './check.ts';
import type { LogPlace } from './position.ts';

/** What is gathered at most to find a lost place again. */
const MAX_GATHERED_BYTES = 32 * 1024 * 1024;

/**
 * Joins one reading of an output to the one before, byte for byte. Each reading begins a little before the place that was
 * reached, and what stands there has to be what stood there before. When it is not, the provider dropped the beginning
 * (a ring buffer) or holds another text (work that began anew): then all of it is read, and the place looked for.
 */
export class Alignment {
  #place: LogPlace;
  /** The bytes before the place, as far as they were seen. */
  #tail: Buffer = Buffer.alloc(0);
  /** By how much the provider's offsets are behind ours, since it dropped so much. */
  #shift = 0;
  /** Of this reading: the provider's offset of the next byte. */
  #expected = 0;
  #overlap: Buffer = Buffer.alloc(0);
  #state: 'UNSURE' | 'ALIGNED' | 'LOST' = 'UNSURE';
  /** Everything the provider has, while the place is looked for. */
  #gathered: { readonly parts: Buffer[]; bytes: number } | null = null;

  constructor(place: LogPlace) {
    this.#place = place;
  }

  get place(): LogPlace {
    return this.#place;
  }

  /** A reading begins: the provider's offset from where it is needed. */
  begin(): number {
    const { at, check } = this.#place;
    this.#expected = this.#gathered?.bytes ?? Math.max(0, at - this.#shift - check.size);
    this.#overlap = Buffer.alloc(0);
    this.#state = this.#gathered === null && this.#needed === 0 ? 'ALIGNED' : 'UNSURE';
    return this.#expected;
  }

  /** Takes what the reading gave; returns what of it is new, for `advance`. */
  take(atByte: number, given: Buffer): Buffer | null {
    if (this.#state === 'LOST') return null;
    if (atByte > this.#expected) return this.#lose();
    const bytes = given.subarray(this.#expected - atByte);
    if (bytes.length === 0) return null;
    this.#expected += bytes.length;
    if (this.#gathered !== null) {
      this.#gathered.parts.push(bytes);
      this.#gathered.bytes += bytes.length;
      return null;
    }
    if (this.#state === 'ALIGNED') return bytes;
    const overlap = Buffer.concat([this.#overlap, bytes]);
    this.#overlap = overlap;
    const needed = this.#needed;
    if (overlap.length < needed) return null;
    if (!fits(overlap, needed, this.#place.check)) return this.#lose();
    this.#state = 'ALIGNED';
    this.#tail = overlap.subarray(0, needed);
    return overlap.length > needed ? overlap.subarray(needed) : null;
  }

  /** The reading broke off: what it gave beside new text is of no use. */
  broke(): void {
    if (this.#gathered !== null) this.#gathered = { parts: [], bytes: 0 };
  }

  /** So much of what is new was handed on: the place is behind it. */
  advance(fresh: Buffer): void {
    const seen = Buffer.concat([this.#tail, fresh.subarray(Math.max(0, fresh.length - CHECK_BYTES))]);
    // A copy: the text it is a part of may be large.
    this.#tail = Buffer.from(seen.subarray(Math.max(0, seen.length - CHECK_BYTES)));
    this.#place = { at: this.#place.at + fresh.length, check: checkOf(this.#tail) };
  }

  /**
   * A reading came to its end; `more` when it was not all. AGAIN: the next one has to follow at once. `fresh` is new after
   * a place was found again, or after the text turned out to be another one.
   */
  end(more: boolean): {
    readonly verdict: 'ALIGNED' | 'AGAIN' | 'FOUND' | 'REPLACED';
    readonly fresh: Buffer | null;
  } {
    const gathered = this.#gathered;
    if (gathered !== null) {
      if (more && gathered.bytes < MAX_GATHERED_BYTES) return { verdict: 'AGAIN', fresh: null };
      this.#gathered = null;
      return this.#find(Buffer.concat(gathered.parts));
    }
    if (this.#state === 'ALIGNED' || (more && this.#state === 'UNSURE'))
      return { verdict: 'ALIGNED', fresh: null };
    this.#gathered = { parts: [], bytes: 0 };
    return { verdict: 'AGAIN', fresh: null };
  }

  get #needed(): number {
    const { at, check } = this.#place;
    return Math.min(check.size, at - this.#shift);
  }

  #lose(): null {
    this.#state = 'LOST';
    return null;
  }

  #find(bytes: Buffer): ReturnType<Alignment['end']> {
    const { at, check } = this.#place;
    const [found, another] = placesOf(bytes, check);
    if (found !== undefined && another === undefined) {
      this.#shift = at - found;
      this.#tail = bytes.subarray(found - CHECK_BYTES, found);
      return { verdict: 'FOUND', fresh: bytes.subarray(found) };
    }
    this.#place = { at: 0, check: NOTHING };
    this.#shift = 0;
    this.#tail = Buffer.alloc(0);
    return { verdict: 'REPLACED', fresh: bytes };
  }
}
