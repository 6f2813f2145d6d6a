import type { Retry } from './transport.ts';

/** How long to wait before coming back. */
export interface Backoff {
  /** The longest first wait, in milliseconds; it doubles with every try. Default 500. */
  readonly baseMs: number;
  /** The longest wait at all, in milliseconds, unless the gateway asks for more. Default 30,000. */
  readonly maxMs: number;
  /** The shortest wait after the gateway has had enough of us, in milliseconds. Default 10,000. */
  readonly laterMs: number;
  /** After how long a connection counts as good, so that waits begin anew, in milliseconds. Default 5,000. */
  readonly stableMs: number;
  /** From 0 to 1. Default `Math.random`. */
  readonly random: () => number;
}

export const DEFAULT_BACKOFF: Backoff = {
  baseMs: 500,
  maxMs: 30_000,
  laterMs: 10_000,
  stableMs: 5_000,
  random: () => Math.random(),
};

/**
 * Anything between nothing and a bound that doubles: when a gateway restarts, its thousand clients come back spread over the
 * bound instead of in step. `tries` counts from 0. A time that the gateway asked for is spread upwards.
 */
export function waitMs(backoff: Backoff, tries: number, retry: Retry, askedMs = 0): number {
  const { baseMs, maxMs, laterMs, random } = backoff;
  const bound = Math.min(maxMs, baseMs * 2 ** Math.min(tries, 30));
  const floor = Math.max(askedMs, retry === 'LATER' ? laterMs : 0);
  return floor + random() * Math.max(bound, floor / 2);
}
