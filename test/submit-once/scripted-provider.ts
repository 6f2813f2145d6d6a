import { GridweaveError } from '../../src/model/errors.ts';
import type { NativeKey } from '../../src/model/ids.ts';
import { epochMs } from '../../src/model/time.ts';
import type { FindAnswer, SubmissionTraits, SubmitAnswer } from '../../src/providers/acting.ts';
import type { OnceCalls } from '../../src/act/once.ts';
import type { ManualClock } from '../../src/sandbox/clock.ts';
import { createCallBudget } from '../../src/upstream/call-budget.ts';
import { fakeJob } from '../support/fake-provider.ts';
import { LAB } from './intents.ts';

/** What becomes of one create. */
export interface SendScript {
  /** When it takes effect after it was sent, in milliseconds; null for never. */
  readonly commitAfterMs: number | null;
  /** Whether the answer arrives. Without a commit at once, "it does" means a refusal. */
  readonly isAnswered: boolean;
  /** How long the gateway waits for it, in milliseconds. */
  readonly takesMs: number;
}

interface Held {
  readonly key: NativeKey;
  readonly specHash: string;
  readonly at: number;
}

const STAMP_ID = 'abcdefghijklmnopqrstuvwx23';
export const ENFORCED: SubmissionTraits = {
  once: 'ENFORCED',
  visibleAfterMs: 2_000,
  settleMs: 10_000,
  lookFirst: false,
};
export const LOOKUP: SubmissionTraits = { ...ENFORCED, once: 'LOOKUP' };
export const NONE: SubmissionTraits = { once: 'NONE', visibleAfterMs: 0, settleMs: 0, lookFirst: false };

const at = (commitAfterMs: number | null, isAnswered: boolean): SendScript => ({
  commitAfterMs,
  isAnswered,
  takesMs: isAnswered ? 20 : 1_000,
});
/** Takes effect, and says so. */
export const WELL = at(0, true);
/** Takes effect, and nobody hears of it. */
export const LOST_ANSWER = at(0, false);
/** Nobody hears of it, and it never takes effect. */
export const LOST_REQUEST = at(null, false);
/** Nobody hears of it, and it takes effect later. */
export const LATE = at(8_000, false);
export const REFUSED = at(null, true);

/**
 * A provider in memory on a clock that is moved by hand: it does with each create what its script says, refuses a second
 * one where its traits promise that, and shows what it has as late as they allow.
 */
export class ScriptedProvider {
  readonly #clock: ManualClock;
  readonly #traits: SubmissionTraits;
  readonly #due: { readonly at: number; readonly specHash: string }[] = [];
  readonly #held: Held[] = [];
  /** The next creates, in order; after them all goes well. */
  readonly sends: SendScript[] = [];
  /** Looks that fail, from now on. */
  failingFinds = 0;
  sent = 0;
  found = 0;
  /** Every dependency passes here before and after its effect: a test may delay it, or never let it go on. */
  turn: (name: string) => Promise<void> = () => Promise.resolve();

  constructor(clock: ManualClock, traits: SubmissionTraits) {
    this.#clock = clock;
    this.#traits = traits;
  }

  /** Everything that was made up to now. */
  get objects(): readonly Held[] {
    this.#settle();
    return this.#held;
  }

  /** Whether something may still take effect. */
  get isOpen(): boolean {
    this.#settle();
    return this.#due.length > 0;
  }

  calls(specHash = 'one'): OnceCalls {
    return {
      account: null,
      provider: LAB,
      target: { stamp: { id: STAMP_ID, specHash }, name: 'sieve', project: null, rerunOf: null },
      traits: this.#traits,
      contextUntil: (deadlineAt) => ({
        signal: new AbortController().signal,
        deadlineAt,
        budget: createCallBudget(100),
      }),
      send: ({ deadlineAt }) => this.#send(specHash, deadlineAt),
      find: () => this.#find(),
    };
  }

  async #send(specHash: string, deadlineAt: number): Promise<SubmitAnswer> {
    await this.turn('send');
    // The client lets nothing leave after the deadline.
    if (this.#clock.now() >= deadlineAt)
      return { outcome: 'REFUSED', error: failure('PROVIDER_TIMEOUT', false) };
    const script = this.sends.shift() ?? WELL;
    this.sent += 1;
    const now = this.#clock.now();
    if (script.commitAfterMs !== null) this.#due.push({ at: now + script.commitAfterMs, specHash });
    const before = this.#held.length;
    this.#settle();
    const made = this.#held.length > before ? this.#held.at(-1) : undefined;
    this.#clock.advance(script.takesMs);
    await this.turn('sent');
    if (!script.isAnswered) return { outcome: 'UNKNOWN', error: failure('PROVIDER_TIMEOUT') };
    if (made !== undefined)
      return { outcome: 'CREATED', records: [this.#record(made)], memo: null, warnings: [] };
    if (script.commitAfterMs === 0) return { outcome: 'EXISTS' };
    return { outcome: 'REFUSED', error: failure('RATE_LIMITED') };
  }

  async #find(): Promise<FindAnswer> {
    await this.turn('find');
    this.found += 1;
    if (this.failingFinds > 0) {
      this.failingFinds -= 1;
      throw failure('PROVIDER_UNAVAILABLE');
    }
    if (this.#traits.once === 'NONE') throw failure('OUTCOME_UNKNOWN');
    this.#settle();
    const now = this.#clock.now();
    const seen = this.#held.filter(({ at }) => at + this.#traits.visibleAfterMs <= now);
    await this.turn('found');
    const [first] = seen;
    if (first === undefined) return { outcome: 'ABSENT' };
    return { outcome: 'FOUND', records: seen.map((one) => this.#record(one)), specHash: first.specHash };
  }

  #settle(): void {
    const now = this.#clock.now();
    for (const due of this.#due.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at)) {
      this.#due.splice(this.#due.indexOf(due), 1);
      if (this.#traits.once === 'ENFORCED' && this.#held.length > 0) continue;
      const key = `job-${String(this.#held.length + 1)}` as NativeKey;
      this.#held.push({ key, specHash: due.specHash, at: due.at });
    }
  }

  #record({ key, at }: Held) {
    return fakeJob(LAB, key, epochMs(at));
  }
}

export function failure(code: GridweaveError['code'], sent?: false): GridweaveError {
  return new GridweaveError(code, 'As the script has it.', {
    provider: LAB,
    ...(sent === undefined ? {} : { sent }),
  });
}
