import { LRUCache } from 'lru-cache';
import type { Clock } from '../../model/time.ts';

export interface AttemptLimits {
  /** Failed attempts after a quiet time. */
  readonly burst: number;
  /** How long until there is one more, in milliseconds. */
  readonly refillMs: number;
}

/** How many names are remembered; the one that was quiet for longest is forgotten first. */
const REMEMBERED = 10_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** Attempts by name (an address, the id of a key). What turns out right is given back, so that only failures count. */
export class AttemptLimit {
  readonly #limits: AttemptLimits;
  readonly #clock: Clock;
  readonly #buckets = new LRUCache<string, Bucket>({ max: REMEMBERED });

  constructor(limits: AttemptLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** 0, and one is taken; or how long to wait for the next, in milliseconds. Then nothing is taken. */
  take(name: string): number {
    const bucket = this.#bucket(name);
    if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) * this.#limits.refillMs);
    bucket.tokens -= 1;
    return 0;
  }

  giveBack(name: string): void {
    const bucket = this.#bucket(name);
    bucket.tokens = Math.min(this.#limits.burst, bucket.tokens + 1);
  }

  #bucket(name: string): Bucket {
    const now = this.#clock.now();
    let bucket = this.#buckets.get(name);
    if (bucket === undefined) {
      bucket = { tokens: this.#limits.burst, at: now };
      this.#buckets.set(name, bucket);
    }
    // A clock that was set back refills nothing, and takes nothing.
    const refilled = Math.max(0, now - bucket.at) / this.#limits.refillMs;
    bucket.tokens = Math.min(this.#limits.burst, bucket.tokens + refilled);
    bucket.at = now;
    return bucket;
  }
}

/** What counts as one caller: an IPv4 address, or the /64 that one customer of an IPv6 network has. */
export function networkOf(address: string): string {
  const v4 = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address);
  if (v4 !== null) return v4[1] ?? address;
  const [head = '', tail] = address.toLowerCase().split('%')[0]!.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail === undefined) return groups.slice(0, 4).join(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - after.length) }, () => '0');
  return [...groups, ...zeros, ...after].slice(0, 4).join(':');
}
