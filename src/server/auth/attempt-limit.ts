import type { Clock } from '../../model/time.ts';
import { TokenBuckets, type BucketSize } from '../limits/token-buckets.ts';

export interface AttemptLimits {
  /** Failed attempts after a quiet time. */
  readonly burst: number;
  /** How long until there is one more, in milliseconds. */
  readonly refillMs: number;
}

/** Attempts by name (an address, the id of a key). What turns out right is given back, so that only failures count. */
export class AttemptLimit {
  readonly #size: BucketSize;
  readonly #buckets: TokenBuckets;

  constructor({ burst, refillMs }: AttemptLimits, clock: Clock) {
    this.#size = { capacity: burst, perSecond: 1_000 / refillMs };
    this.#buckets = new TokenBuckets(clock);
  }

  /** 0, and one is taken; or how long to wait for the next, in milliseconds. Then nothing is taken. */
  take(name: string): number {
    return this.#buckets.take(name, 1, this.#size);
  }

  giveBack(name: string): void {
    this.#buckets.giveBack(name, 1, this.#size);
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
