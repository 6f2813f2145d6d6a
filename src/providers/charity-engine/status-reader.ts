import { GridweaveError } from '../../model/errors.ts';
import type { Clock, EpochMs } from '../../model/time.ts';
import { epochMs } from '../../model/time.ts';
import type { CallContext, Upstream } from '../../upstream/types.ts';
import type { DroppedRows } from '../provider.ts';
import { isWire } from '../reading.ts';
import { mayBeOneJob, type StatusAnswer, type StatusApi } from './api.ts';
import type { KnownJobs } from './known-jobs.ts';
import { RefusedIds } from './refused-ids.ts';
import { settle } from './settle.ts';
import { accepted, afterMiss, type Sighting } from './sighting.ts';
import type { Sightings } from './sightings.ts';
import { jobAnswerOf, type JobAnswer } from './wire.ts';

/** How often a refused call may be divided: finds one bad id among 500, or two. */
const MAX_DIVISIONS = 20;
/** The same while the service fails whatever it is asked: then most likely no job is the reason. */
const MAX_BLIND_DIVISIONS = 3;

export interface StatusRead {
  readonly sightings: ReadonlyMap<string, Sighting>;
  /** What the service answered, logs included; not to be kept. */
  readonly answers: ReadonlyMap<string, JobAnswer>;
  /** Why single jobs, or all that were asked for after a failure, could not be read. */
  readonly errors: ReadonlyMap<string, GridweaveError>;
  /** The failure that ended the reading; null when every id was asked for. */
  readonly failure: GridweaveError | null;
  readonly dropped: DroppedRows;
  /** When the oldest answer used arrived; null when there was none. */
  readonly observedAt: EpochMs | null;
}

export interface StatusDeps {
  readonly api: StatusApi;
  readonly known: KnownJobs;
  readonly seen: Sightings;
  readonly upstream: Upstream;
  readonly clock: Clock;
}

/** Reads the states of any number of jobs, many to a call, and keeps in mind what was seen of each. */
export class StatusReader {
  readonly #deps: StatusDeps;
  readonly #refused: RefusedIds;

  constructor(deps: StatusDeps) {
    this.#deps = deps;
    this.#refused = new RefusedIds(deps.clock);
  }

  /** What was seen of a job last, without a call. */
  remembered(id: string, ctx: CallContext): Sighting | null {
    return this.#deps.seen.get(this.#deps.upstream.fingerprint(ctx), id);
  }

  /** `freshnessMs` is how old a shared answer may be; the connection's own limit where it is absent. */
  async read(ids: readonly string[], ctx: CallContext, freshnessMs?: number): Promise<StatusRead> {
    const reading = new Reading(this.#deps, this.#refused, ctx, freshnessMs);
    const wanted = [...new Set(ids)];
    let rest = reading.withoutRefused(wanted);
    while (rest.length > 0 && reading.failure === null) {
      const count = this.#deps.api.fitting(rest);
      await reading.ask(rest.slice(0, count));
      rest = rest.slice(count);
    }
    reading.giveUp(rest);
    return reading;
  }
}

/** One reading: one call after the other, as nothing is known of what the service allows at once. */
class Reading implements StatusRead {
  readonly sightings = new Map<string, Sighting>();
  readonly answers = new Map<string, JobAnswer>();
  readonly errors = new Map<string, GridweaveError>();
  failure: GridweaveError | null = null;
  observedAt: EpochMs | null = null;
  readonly #deps: StatusDeps;
  readonly #refused: RefusedIds;
  readonly #ctx: CallContext;
  readonly #fingerprint: string;
  readonly #freshnessMs: number | undefined;
  readonly #reasons = new Set<string>();
  #dropped = 0;

  constructor(deps: StatusDeps, refused: RefusedIds, ctx: CallContext, freshnessMs: number | undefined) {
    this.#deps = deps;
    this.#refused = refused;
    this.#ctx = ctx;
    this.#freshnessMs = freshnessMs;
    this.#fingerprint = deps.upstream.fingerprint(ctx);
  }

  get dropped(): DroppedRows {
    return { count: this.#dropped, reasons: [...this.#reasons] };
  }

  withoutRefused(ids: readonly string[]): string[] {
    return ids.filter((id) => {
      const error = this.#refused.get(this.#fingerprint, id);
      if (error === null) return true;
      // A job that was submitted a moment ago, or seen, is not gone because the service has not found it once.
      const before = error.code === 'NOT_FOUND' ? this.#before(id) : null;
      if (before === null) this.errors.set(id, error);
      else this.sightings.set(id, before);
      return false;
    });
  }

  giveUp(ids: readonly string[]): void {
    if (this.failure !== null) for (const id of ids) this.errors.set(id, this.failure);
  }

  /** Asks for jobs in one call, and when that is refused finds out which of them it is about. */
  async ask(ids: readonly string[]): Promise<void> {
    const blamed = new Map<string, GridweaveError>();
    const answered = await this.#divide(ids, blamed);
    if (this.failure !== null) return this.giveUp(ids.filter((id) => !this.sightings.has(id)));
    const [error] = blamed.values();
    if (!answered && error !== undefined) {
      // Nobody was answered: that is the call's own failure, and no job is to blame.
      this.failure = error;
      return this.giveUp(ids);
    }
    for (const [id, error] of blamed) this.errors.set(id, error);
  }

  /** Whether any call was answered. Ends with `failure` set when no job can be the reason. */
  async #divide(ids: readonly string[], blamed: Map<string, GridweaveError>): Promise<boolean> {
    const groups = [ids];
    let answered = false;
    let divisions = 0;
    for (let group = groups.shift(); group !== undefined; group = groups.shift()) {
      try {
        this.#take(group, await this.#deps.api.status(group, this.#ctx, this.#freshnessMs));
        answered = true;
        continue;
      } catch (error) {
        if (!(error instanceof GridweaveError)) throw error;
        if (!mayBeOneJob(error)) {
          this.failure = error;
          return answered;
        }
        const [only] = group;
        const isFault = error.code === 'PROVIDER_UNAVAILABLE';
        if (group.length === 1 && only !== undefined) {
          answered = this.#refuse(only, error, blamed) || answered;
        } else if (divisions < (isFault && !answered ? MAX_BLIND_DIVISIONS : MAX_DIVISIONS)) {
          divisions += 1;
          const half = Math.ceil(group.length / 2);
          groups.push(group.slice(0, half), group.slice(half));
        } else for (const id of group) blamed.set(id, error);
      }
    }
    return answered;
  }

  /** A call for one job was refused. "No such job" is an answer, the same as one that leaves it out. */
  #refuse(id: string, error: GridweaveError, blamed: Map<string, GridweaveError>): boolean {
    const missing = error.code === 'NOT_FOUND';
    // That another call was answered proves that the job, and not the call, is the reason.
    if (missing || this.observedAt !== null) this.#refused.add(this.#fingerprint, id, error);
    if (!missing) {
      blamed.set(id, error);
      return false;
    }
    this.#take([id], { rows: { byId: new Map(), nameless: 0 }, observedAt: this.#deps.clock.now() });
    if (!this.sightings.has(id)) this.errors.set(id, error);
    return true;
  }

  #take(ids: readonly string[], { rows, observedAt }: StatusAnswer): void {
    const now = this.#deps.clock.now();
    this.observedAt = epochMs(Math.min(this.observedAt ?? observedAt, observedAt));
    this.#drop(rows.nameless, 'a job without an id');
    for (const id of ids) {
      const known = this.#deps.known.get(id);
      const before = this.#before(id);
      const answer = this.#answerFor(rows.byId.get(id));
      if (answer !== null) this.answers.set(id, answer);
      const sighting =
        answer !== null
          ? settle(id, before, answer, { observedAt, now }, known)
          : before === null
            ? null
            : afterMiss(before, observedAt, now);
      if (sighting === null) {
        this.#deps.seen.lose(this.#fingerprint, id);
        continue;
      }
      this.#deps.seen.set(this.#fingerprint, sighting);
      this.sightings.set(id, sighting);
    }
  }

  #before(id: string): Sighting | null {
    const seen = this.#deps.seen.get(this.#fingerprint, id);
    const known = this.#deps.known.get(id);
    if (seen !== null || known === null || known.source !== 'SUBMITTED') return seen;
    // It was told of once: that it is missing now says that it is gone, not that it is still to come.
    if (this.#deps.seen.isGone(this.#fingerprint, id)) return null;
    // Only who submitted it may know of it before the service tells.
    return known.submittedWith === this.#fingerprint ? accepted(known) : null;
  }

  #answerFor(row: unknown): JobAnswer | null {
    if (row === undefined || row === null) return null;
    if (isWire(row)) return jobAnswerOf(row);
    this.#drop(1, 'a job is not an object');
    return null;
  }

  #drop(count: number, reason: string): void {
    if (count === 0) return;
    this.#dropped += count;
    this.#reasons.add(reason);
  }
}
