import type { Random } from '../../src/sandbox/world/prng.ts';

/**
 * What can happen to a call between the gateway and its provider. BEFORE: the provider never hears of it. LATE: it hears of it
 * when nobody waits any more. AFTER: it has answered, and the gateway does not learn what.
 */
export type Misfortune =
  | { readonly when: 'BEFORE'; readonly what: 'hang' | 'reset' | 'status'; readonly status: number }
  | { readonly when: 'LATE'; readonly what: 'late-commit'; readonly status: 0 }
  | {
      readonly when: 'AFTER';
      readonly what:
        'hang' | 'reset' | 'late-answer' | 'status' | 'garbage' | 'empty' | 'truncate' | 'slow-body';
      readonly status: number;
    };

const before = (what: 'hang' | 'reset' | 'status', status = 0): Misfortune => ({
  when: 'BEFORE',
  what,
  status,
});
const after = (what: (Misfortune & { readonly when: 'AFTER' })['what'], status = 0): Misfortune => ({
  when: 'AFTER',
  what,
  status,
});
export const LATE_COMMIT: Misfortune = { when: 'LATE', what: 'late-commit', status: 0 };

/** Weighted by how much of a test they are of, not by how often they happen. */
const OF_CREATES: readonly (readonly [weight: number, value: Misfortune])[] = [
  [2, before('hang')],
  [2, before('reset')],
  [2, before('status', 429)],
  [2, before('status', 503)],
  [4, LATE_COMMIT],
  [3, after('hang')],
  [3, after('reset')],
  [3, after('late-answer')],
  [2, after('status', 500)],
  [2, after('status', 502)],
  [2, after('status', 503)],
  [2, after('status', 504)],
  [1, after('status', 408)],
  [2, after('garbage', 200)],
  [2, after('empty', 200)],
  [3, after('truncate')],
  [2, after('slow-body')],
];

const OF_READS: readonly (readonly [weight: number, value: Misfortune])[] = [
  [2, before('hang')],
  [2, before('reset')],
  [1, before('status', 429)],
  [2, before('status', 503)],
  [2, after('reset')],
  [1, after('garbage', 200)],
  [1, after('truncate')],
];

export function misfortuneOfCreate(random: Random): Misfortune {
  return random.weighted(OF_CREATES);
}

export function misfortuneOfRead(random: Random): Misfortune {
  return random.weighted(OF_READS);
}

/** How it is counted. */
export function nameOf({ when, what, status }: Misfortune): string {
  return `${what}${status === 0 || what !== 'status' ? '' : ` ${String(status)}`} ${when.toLowerCase()}`;
}
