import { GridweaveError } from '../model/errors.ts';
import type { NativeKey, ProviderKey } from '../model/ids.ts';
import type { JobRecord } from '../model/records.ts';
import { epochMs, type Clock, type EpochMs } from '../model/time.ts';
import type { FindAnswer, FindTarget, SubmissionTraits, SubmitAnswer } from '../providers/acting.ts';
import type { CallContext } from '../upstream/types.ts';
import type { Account } from './account.ts';
import { intentId, type Intent, type IntentId, type IntentStore } from './intent.ts';
import { look, type LookAnswer } from './look.ts';
import { lostRace, notProvenAbsent, sentByOther, unknownOutcome, waitForOther } from './once-errors.ts';

/** One thing to be made once: how it is sent, how it is found again. Calls are made with the flight's own context. */
export interface OnceCalls {
  readonly provider: ProviderKey;
  readonly account: Account;
  readonly target: Omit<FindTarget, 'sentAt'>;
  readonly traits: SubmissionTraits;
  /** A context that outlives the caller: who hangs up must not leave a create half done. */
  contextUntil(deadlineAt: EpochMs): CallContext;
  send(ctx: CallContext): Promise<SubmitAnswer>;
  find(target: FindTarget, ctx: CallContext): Promise<FindAnswer>;
}

export type OnceResult =
  | {
      readonly outcome: 'CREATED';
      /** It was there before this call. */
      readonly replayed: boolean;
      readonly keys: readonly NativeKey[];
      /** What is known of the jobs from this call's own answers; empty when only their keys are. */
      readonly records: readonly JobRecord[];
      readonly warnings: readonly string[];
    }
  | { readonly outcome: 'MISMATCH' }
  /** Nothing was created for certain. */
  | { readonly outcome: 'REFUSED'; readonly error: GridweaveError }
  | { readonly outcome: 'UNKNOWN'; readonly error: GridweaveError };

export interface OnceDeps {
  readonly store: IntentStore;
  readonly clock: Clock;
  /** Of this process, for leases. */
  readonly owner: string;
  /** How long one flight may take, everything included. */
  readonly flightMs: number;
  /** Resolves after so long, or rejects when the gateway is leaving. */
  readonly sleep: (ms: number) => Promise<void>;
  /** Told whenever an outcome becomes unknown. */
  readonly onUnknown: (intent: Intent) => void;
  readonly onFault: (fault: unknown) => void;
}

/** How often a flight of another process is looked at. */
const PEEK_MS = 200;
/** A lease outlives its flight by so much, for what the clocks of two machines differ. */
const LEASE_MARGIN_MS = 10_000;

interface Flight {
  readonly account: Account;
  readonly specHash: string;
  readonly mayCreate: boolean;
  readonly result: Promise<OnceResult>;
}

/**
 * Submit-once. Every create is preceded by an intent in the store, and an intent in an unclear phase by a look at the
 * provider. Calls of one key share one flight; of two processes the store lets one go on at a time.
 */
export class Once {
  readonly #deps: OnceDeps;
  readonly #flights = new Map<IntentId, Flight>();

  constructor(deps: OnceDeps) {
    this.#deps = deps;
  }

  /** Makes the thing unless it is there, and never twice. `mayCreate: false` only finds out what became of it. */
  async run(
    calls: OnceCalls,
    options: { readonly mayCreate: boolean } = { mayCreate: true },
  ): Promise<OnceResult> {
    const id = intentId(calls.provider, calls.target.stamp.id);
    for (let under = this.#flights.get(id); under !== undefined; under = this.#flights.get(id)) {
      if (under.specHash !== calls.target.stamp.specHash) return { outcome: 'MISMATCH' };
      const result = await under.result;
      if (result.outcome === 'CREATED') return { ...result, replayed: true };
      // Who only looked has not done what is asked for here; and what an account was refused says nothing to another.
      if (under.account === calls.account && (under.mayCreate || !options.mayCreate)) return result;
    }
    const flight = {
      account: calls.account,
      specHash: calls.target.stamp.specHash,
      mayCreate: options.mayCreate,
      result: this.#fly(id, calls, options.mayCreate).finally(() => this.#flights.delete(id)),
    };
    this.#flights.set(id, flight);
    return flight.result;
  }

  /** Flights under way, for a shutdown that waits for them. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#flights.values()].map(({ result }) => result));
  }

  async #fly(id: IntentId, calls: OnceCalls, mayCreate: boolean): Promise<OnceResult> {
    const { store, clock } = this.#deps;
    const deadlineAt = epochMs(clock.now() + this.#deps.flightMs);
    const fresh = this.#freshIntent(id, calls, deadlineAt);
    const there = mayCreate ? await store.claim(fresh) : { intent: await store.get(id), claimed: false };
    let intent = there.intent ?? fresh;
    if (isForElse(intent, calls)) return { outcome: 'MISMATCH' };
    if (!there.claimed && there.intent !== null) {
      const free = await this.#whenFree(intent, deadlineAt);
      if (free === null) return { outcome: 'UNKNOWN', error: waitForOther(calls.provider) };
      if (isForElse(free, calls)) return { outcome: 'MISMATCH' };
      if (free.phase === 'CREATED') return replay(free);
      const same = free.target.stamp.specHash === calls.target.stamp.specHash;
      const { account } = isUnclear(free) ? free : fresh;
      const own = same ? { ...free, account } : { ...free, account, target: fresh.target };
      const taken = await this.#take(own, deadlineAt);
      if (taken === null) return { outcome: 'UNKNOWN', error: waitForOther(calls.provider) };
      intent = taken;
    }
    const unclear = isUnclear(intent);
    if (intent.phase === 'SENDING') intent = this.#leftBy(intent, intent.target.sentAt + this.#deps.flightMs);
    let settlesInMs = 0;
    if (unclear || !mayCreate || this.#mustLookFirst(intent, calls.traits)) {
      const seen = await look(calls, intent.target, unclear, deadlineAt, this.#deps);
      if (seen.outcome === 'FOUND') return this.#found(intent, seen, calls, true);
      if (seen.outcome === 'UNKNOWN' && unclear) return this.#unknown(intent, seen.error);
      // That it is not to be seen proves something to whoever could see it.
      if (unclear && intent.account !== calls.account)
        return this.#unknown(intent, sentByOther(calls.provider));
      if (seen.outcome === 'UNKNOWN') return this.#free(intent, seen.error);
      settlesInMs = seen.settlesInMs;
    }
    if (!mayCreate) {
      if (settlesInMs > 0) return this.#unknown(intent, notProvenAbsent(calls.provider, settlesInMs));
      const error = new GridweaveError('NOT_FOUND', 'Nothing was created with this idempotency key.', {
        provider: calls.provider,
      });
      return there.intent === null ? { outcome: 'REFUSED', error } : this.#free(intent, error);
    }
    return this.#send(intent, calls, deadlineAt, settlesInMs > 0);
  }

  /** `mayStillCome`: a create before this one, of which nothing was heard, may yet take effect in this one's place. */
  async #send(
    claimed: Intent,
    calls: OnceCalls,
    deadlineAt: EpochMs,
    mayStillCome: boolean,
  ): Promise<OnceResult> {
    const sentAt = this.#deps.clock.now();
    const sending = await this.#write(claimed, {
      phase: 'SENDING',
      sends: claimed.sends + 1,
      target: { ...claimed.target, sentAt },
    });
    if (sending === null) return { outcome: 'UNKNOWN', error: lostRace(calls.provider) };
    const answer = await this.#answerOf(() => calls.send(calls.contextUntil(deadlineAt)), calls.provider);
    switch (answer.outcome) {
      case 'CREATED':
        return this.#created(sending, answer.records, answer, false);
      case 'REFUSED':
        return mayStillCome ? this.#unknown(sending, answer.error) : this.#free(sending, answer.error);
      case 'EXISTS':
        return this.#afterExists(sending, calls, deadlineAt);
      case 'UNKNOWN':
        return this.#afterLostAnswer(sending, answer.error, calls, deadlineAt);
    }
  }

  /** What cannot be answered is as good as no answer: the create may have left. */
  async #answerOf(send: () => Promise<SubmitAnswer>, provider: ProviderKey): Promise<SubmitAnswer> {
    try {
      return await send();
    } catch (thrown) {
      if (!(thrown instanceof GridweaveError)) this.#deps.onFault(thrown);
      const known = thrown instanceof GridweaveError ? thrown : unknownOutcome(provider, thrown);
      return { outcome: known.details.sent === false ? 'REFUSED' : 'UNKNOWN', error: known };
    }
  }

  async #afterExists(sending: Intent, calls: OnceCalls, deadlineAt: EpochMs): Promise<OnceResult> {
    const seen = await look(calls, sending.target, true, deadlineAt, this.#deps);
    // Found or not, the provider said that it is there: only its key may be missing.
    return seen.outcome === 'FOUND'
      ? this.#found(sending, seen, calls, true)
      : this.#unknown(sending, seen.outcome === 'UNKNOWN' ? seen.error : unknownOutcome(calls.provider));
  }

  async #afterLostAnswer(
    sending: Intent,
    lost: GridweaveError,
    calls: OnceCalls,
    deadlineAt: EpochMs,
  ): Promise<OnceResult> {
    const left = this.#leftBy(sending);
    const unclear = await this.#note(left, {
      phase: 'UNKNOWN',
      problem: { code: lost.code, message: lost.message },
    });
    if (unclear === null) return { outcome: 'UNKNOWN', error: lostRace(calls.provider) };
    const seen = await look(calls, unclear.target, true, deadlineAt, this.#deps);
    if (seen.outcome === 'FOUND') return this.#found(unclear, seen, calls, false);
    // It was looked for as long as it takes to be seen, is not there, and cannot come any more.
    if (seen.outcome === 'ABSENT' && seen.settlesInMs === 0) return this.#free(unclear, lost);
    return this.#unknown(unclear, seen.outcome === 'ABSENT' ? lost : seen.error, 'SENDING');
  }

  #found(
    intent: Intent,
    seen: LookAnswer & { readonly outcome: 'FOUND' },
    calls: OnceCalls,
    replayed: boolean,
  ): Promise<OnceResult> | OnceResult {
    const { specHash } = calls.target.stamp;
    if (seen.specHash !== null && seen.specHash !== specHash) return this.#mismatch(intent);
    return this.#created(intent, seen.records, { memo: intent.memo, warnings: [] }, replayed);
  }

  async #created(
    intent: Intent,
    records: readonly JobRecord[],
    answer: { readonly memo: Intent['memo']; readonly warnings: readonly string[] },
    replayed: boolean,
  ): Promise<OnceResult> {
    const keys = records.map((record) => record.key);
    // It is created whatever the store says; a repeat will find it by its stamp.
    await this.#note(intent, { phase: 'CREATED', keys, memo: answer.memo, problem: null, lease: null });
    return { outcome: 'CREATED', replayed, keys, records, warnings: answer.warnings };
  }

  /** Another process made it with another specification, and its intent is not kept here. */
  async #mismatch(intent: Intent): Promise<OnceResult> {
    const problem = {
      code: 'IDEMPOTENCY_MISMATCH',
      message: 'It was made with another specification.',
    } as const;
    await this.#note(intent, { phase: 'FREE', lease: null, problem });
    return { outcome: 'MISMATCH' };
  }

  async #free(intent: Intent, error: GridweaveError): Promise<OnceResult> {
    const problem = { code: error.code, message: error.message };
    const free = await this.#note(intent, { phase: 'FREE', problem, lease: null });
    // Whoever took it over may have sent by now.
    return free === null
      ? { outcome: 'UNKNOWN', error: lostRace(intent.provider) }
      : { outcome: 'REFUSED', error };
  }

  /** `before`: the phase it was in before this call heard of it. */
  async #unknown(intent: Intent, error: GridweaveError, before = intent.phase): Promise<OnceResult> {
    const problem = { code: error.code, message: error.message };
    const unclear = await this.#note(intent, { phase: 'UNKNOWN', problem, lease: null });
    if (before !== 'UNKNOWN') this.#deps.onUnknown(unclear ?? intent);
    return { outcome: 'UNKNOWN', error };
  }

  /** From when to count what a create may still do: by now it had left, if it did, even if it waited for its turn. */
  #leftBy(intent: Intent, latest = Infinity): Intent {
    const sentAt = epochMs(Math.min(this.#deps.clock.now(), latest));
    return { ...intent, target: { ...intent.target, sentAt } };
  }

  /** The intent once nobody else is at it; null when somebody still is at the deadline. */
  async #whenFree(intent: Intent, deadlineAt: EpochMs): Promise<Intent | null> {
    const { store, clock, owner, sleep } = this.#deps;
    let now: Intent | null = intent;
    while (now !== null && now.phase !== 'CREATED' && now.lease !== null) {
      if (now.lease.owner === owner || now.lease.until <= clock.now()) break;
      if (clock.now() + PEEK_MS >= deadlineAt) return null;
      await sleep(PEEK_MS);
      now = await store.get(intent.id);
    }
    return now;
  }

  #take(intent: Intent, deadlineAt: EpochMs): Promise<Intent | null> {
    return this.#write(intent, { lease: this.#lease(deadlineAt) });
  }

  /** Null when somebody else wrote meanwhile. */
  async #write(intent: Intent, change: Partial<Intent>): Promise<Intent | null> {
    const next = { ...intent, ...change, version: intent.version + 1, updatedAt: this.#deps.clock.now() };
    return (await this.#deps.store.replace(next)) ? next : null;
  }

  /**
   * Writes what is known after a create may have left: a store that fails does not change it. The intent then stays as it
   * was kept, which is unclear. Null when somebody else wrote meanwhile.
   */
  async #note(intent: Intent, change: Partial<Intent>): Promise<Intent | null> {
    try {
      return await this.#write(intent, change);
    } catch (fault) {
      this.#deps.onFault(fault);
      return intent;
    }
  }

  #lease(deadlineAt: EpochMs): Intent['lease'] {
    return { owner: this.#deps.owner, until: epochMs(deadlineAt + LEASE_MARGIN_MS) };
  }

  /** A store that forgets knows nothing of what an earlier process sent; nor does one of what others did with the key. */
  #mustLookFirst({ problem }: Intent, traits: SubmissionTraits): boolean {
    return (
      traits.lookFirst ||
      (traits.once === 'LOOKUP' && !this.#deps.store.durable) ||
      problem?.code === 'IDEMPOTENCY_MISMATCH'
    );
  }

  #freshIntent(id: IntentId, calls: OnceCalls, deadlineAt: EpochMs): Intent {
    const now = this.#deps.clock.now();
    return {
      id,
      provider: calls.provider,
      account: calls.account,
      target: { ...calls.target, sentAt: now },
      phase: 'CLAIMED',
      sends: 0,
      lease: this.#lease(deadlineAt),
      keys: [],
      memo: null,
      problem: null,
      createdAt: now,
      updatedAt: now,
      version: 1,
    };
  }
}

/**
 * Whether a key is bound to another specification. What was refused because another process had used the key binds
 * nobody: it is that process's specification that counts, and the provider is asked for it.
 */
function isForElse({ target, phase, problem }: Intent, calls: OnceCalls): boolean {
  const refusedForOthers = phase === 'FREE' && problem?.code === 'IDEMPOTENCY_MISMATCH';
  return target.stamp.specHash !== calls.target.stamp.specHash && !refusedForOthers;
}

/** Nobody knows what became of a create that may have left. */
function isUnclear({ phase }: Intent): boolean {
  return phase === 'SENDING' || phase === 'UNKNOWN';
}

function replay(intent: Intent): OnceResult {
  return { outcome: 'CREATED', replayed: true, keys: intent.keys, records: [], warnings: [] };
}
