import { LRUCache } from 'lru-cache';
import type { Clock } from '../../model/time.ts';

export interface BucketSize {
  /** What a bucket holds when nothing was taken for long. */
  readonly capacity: number;
  /** What comes back in a second. */
  readonly perSecond: number;
}

/** How many names are remembered; the one that was quiet for longest is forgotten first, and begins with a full bucket. */
const REMEMBERED = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** A bucket of tokens for each name, all of one size. A bucket is refilled when it is looked at: there are no timers. */
export class TokenBuckets {
  readonly #clock: Clock;
  readonly #buckets: LRUCache<string, Bucket>;

  constructor(clock: Clock, remembered = REMEMBERED) {
    this.#clock = clock;
    this.#buckets = new LRUCache({ max: remembered });
  }

  /** Names that are remembered. */
  get size(): number {
    return this.#buckets.size;
  }

  /**
   * 0, and so many were taken; or how long to wait until there are so many, in milliseconds, and nothing was taken. The
   * amount is at most the capacity: of more there are never enough.
   */
  take(name: string, amount: number, size: BucketSize): number {
    const bucket = this.#bucket(name, size);
    if (bucket.tokens < amount) return Math.ceil(((amount - bucket.tokens) * 1_000) / size.perSecond);
    bucket.tokens -= amount;
    return 0;
  }

  /** What was taken and turned out not to be needed. */
  giveBack(name: string, amount: number, size: BucketSize): void {
    const bucket = this.#bucket(name, size);
    bucket.tokens = Math.min(size.capacity, bucket.tokens + amount);
  }

  #bucket(name: string, { capacity, perSecond }: BucketSize): Bucket {
    const now = this.#clock.now();
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      bucket = { tokens: capacity, at: now };
      this.#buckets.set(name, bucket);
    }
    // A clock that was set back refills nothing, and takes nothing.
    const refilled = (Math.max(0, now - bucket.at) * perSecond) / 1_000;
    bucket.tokens = Math.min(capacity, bucket.tokens + refilled);
    bucket.at = now;
    return bucket;
  }
}
