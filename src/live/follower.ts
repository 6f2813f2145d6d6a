import { GridweaveError } from '../model/errors.ts';
import type { Clock, EpochMs } from '../model/time.ts';
import type { Provider } from '../providers/registry.ts';
import type { LiveEvent, WatchedKind } from './event.ts';
import type { EventLog } from './event-log.ts';
import { KnownKeeper } from './known/keeper.ts';
import type { Known, KnownStore } from './known/known-store.ts';
import type { Interest, Told } from './live.ts';
import type { SourceState } from './message.ts';
import type { LiveOptions } from './options.ts';
import { PartitionWriter } from './partition-writer.ts';
import { lookAt, type Looked, type PollScope } from './poll.ts';
import { Poller } from './poller.ts';
import { PollSchedule, SweepSchedule } from './schedule.ts';
import { takeUp } from './take-up.ts';
import { Tracker } from './tracker.ts';
import { Watchers } from './watchers.ts';

export interface FollowerDeps {
  readonly provider: Provider;
  readonly scope: PollScope;
  readonly log: EventLog;
  /** Where what is known outlives the process, as the log does; null when the log does not either. */
  readonly known: KnownStore | null;
  /** How many partitions share the log. */
  readonly partitions: () => number;
  /**
   * Set for a provider that was not there before, or is another one under the same key: what the log and the store hold of the
   * partition is void. Its new epoch begins with `begin`, which comes after this has resolved.
   */
  readonly anewAfter?: Promise<void>;
  readonly clock: Clock;
  readonly options: LiveOptions;
  readonly random: () => number;
  readonly onFault: (fault: unknown) => void;
}

/**
 * Follows one provider while anybody watches it: polls, finds what changed, and appends it. What it knows outlives the
 * polling, so that a pause costs nothing but time.
 */
export class Follower {
  readonly provider: Provider;
  readonly tracker: Tracker;
  readonly #deps: FollowerDeps;
  readonly #poller: Poller;
  readonly #schedule: PollSchedule;
  readonly #sweeps: SweepSchedule;
  readonly #watchers = new Watchers();
  readonly #writer: PartitionWriter;
  readonly #keeper: KnownKeeper | null;
  #opened: Promise<void> | null = null;
  /** The partition is not touched before `begin`. */
  #waits: boolean;
  /** What was known has been taken up, or found out. */
  #knows = false;
  #watermark: string | null = null;
  /** Changes may have been missed since the watermark: only a complete sweep can tell what. */
  #threadLost = false;
  /** Somebody was answered, or holds a position, before the first look: what it shows must be told. */
  #promised = false;
  #completeness: SourceState['completeness'] = 'NONE';
  #readAt: EpochMs | null = null;
  #errorCode: string | null = null;
  #changedAt = -Infinity;
  #linger: NodeJS.Timeout | null = null;
  #firstLook = settledLook();
  #closed = false;

  constructor(deps: FollowerDeps) {
    const { provider, options, clock, onFault, random } = deps;
    this.#deps = deps;
    this.provider = provider;
    this.tracker = new Tracker(provider.key, options);
    this.#waits = deps.anewAfter !== undefined;
    this.#writer = new PartitionWriter(deps.log, provider.key, onFault);
    this.#keeper = this.#createKeeper();
    const { hotMs, warmMs } = { ...options, ...options.perProvider.get(provider.key) };
    this.#schedule = new PollSchedule({ hotMs, warmMs }, options, random);
    this.#sweeps = new SweepSchedule(options);
    this.#poller = new Poller({
      schedule: this.#schedule,
      clock,
      onFault,
      isHot: () => this.#isHot(),
      poll: async (signal) => {
        const failure = await this.#poll(signal);
        if (!signal.aborted) this.#firstLook.done();
        return failure;
      },
    });
  }

  /** Whether it is being asked again and again: somebody watches, or has done so a moment ago. */
  get polls(): boolean {
    return this.#poller.started;
  }

  /** Whether this provider can tell changes of a kind at all. */
  canTell(kind: WatchedKind): boolean {
    const { changes, kinds } = this.provider.adapter.capabilities;
    return changes !== 'NONE' && kinds.includes(kind);
  }

  /** `seen` resolves when the provider has been looked at since this round of polling began, whatever came of it. */
  watch(interest: Interest): { readonly seen: Promise<void>; release(): void } {
    if (this.#closed || !this.canTell(interest.kind)) return { seen: Promise.resolve(), release: () => {} };
    const interests = this.#watchers.interests;
    const remove = this.#watchers.add(interest);
    if (this.#linger !== null) clearTimeout(this.#linger);
    this.#linger = null;
    if (this.#poller.started) {
      // What is watched already has been thought of when the next poll was put down.
      if (this.#watchers.interests > interests) this.#poller.arm();
    } else {
      this.#firstLook.done();
      this.#firstLook = openLook();
      this.#schedule.hurry();
      this.#poller.start();
    }
    return {
      seen: this.#firstLook.seen,
      release: () => {
        remove();
        if (this.#watchers.size === 0 && !this.#closed) this.#startLinger();
      },
    };
  }

  /** Resolves when it has been looked at since this round of polling began; at once when nobody watches. */
  get seen(): Promise<void> {
    return this.#firstLook.seen;
  }

  /** A watcher is answered now, from what is known. */
  answered(): void {
    // While it waits, nobody is answered from it.
    if (this.#readAt === null && !this.#waits) this.#promised = true;
  }

  /**
   * From now on positions are given out, and readers are answered from what is known. Resolves when the new epoch has begun,
   * or could not: then it is tried again with every poll.
   */
  async begin(): Promise<void> {
    this.#waits = false;
    if (this.#watchers.size > 0) this.answered();
    await this.#open().catch(this.#deps.onFault);
  }

  state(kind: WatchedKind): SourceState {
    const provider = this.provider.key;
    if (!this.canTell(kind)) {
      return { provider, completeness: 'NONE', readAt: null, errorCode: 'UNSUPPORTED_OPERATION' };
    }
    return {
      provider,
      completeness: this.#completeness,
      readAt: this.#readAt,
      errorCode: this.#errorCode,
    };
  }

  async tell(told: Told): Promise<void> {
    const { clock } = this.#deps;
    if (this.#closed) return;
    try {
      await this.#open();
    } catch (fault) {
      this.#deps.onFault(fault);
      return;
    }
    if (this.#closed) return;
    const now = clock.now();
    const appended = this.#writer.append(this.tracker.tell(told, now));
    this.#changedAt = now;
    this.#schedule.nudge(now);
    this.#poller.arm();
    await appended;
    this.#noticed();
  }

  /** `keep`: another process may take up what is known. What is known stays readable in any case. */
  async close(keep = true): Promise<void> {
    this.#closed = true;
    if (this.#linger !== null) clearTimeout(this.#linger);
    this.#linger = null;
    this.#firstLook.done();
    await this.#poller.stop();
    await this.#writer.settled();
    await this.#keeper?.close(keep && this.#knows);
  }

  #startLinger(): void {
    if (this.#linger !== null) clearTimeout(this.#linger);
    this.#linger = setTimeout(() => {
      this.#linger = null;
      void this.#poller.stop();
    }, this.#deps.options.lingerMs).unref();
  }

  #isHot(): boolean {
    const { clock, options } = this.#deps;
    return (
      clock.now() - this.#changedAt < options.hotAfterChangeMs ||
      this.#watchers.seeLife(this.provider, this.tracker)
    );
  }

  async #poll(signal: AbortSignal): Promise<GridweaveError | null> {
    const { provider, scope, clock } = this.#deps;
    try {
      if (!this.#waits) await this.#open();
    } catch (fault) {
      return this.#failed(fault);
    }
    const startedAt = clock.now();
    const isSweep = this.#watermark === null || this.#threadLost || this.#sweeps.isDue(startedAt);
    let looked: Looked;
    try {
      looked = await lookAt(provider, isSweep ? null : this.#watermark, scope, {
        ...this.#deps,
        signal,
        unheardOf: (batch, limit) => this.tracker.unheardOf(batch, { startedAt, now: clock.now() }, limit),
      });
    } catch (thrown) {
      return this.#missed(thrown, isSweep, signal);
    }
    if (signal.aborted) return this.#missed(null, isSweep, signal);
    try {
      await this.#take(looked, startedAt, isSweep);
      return null;
    } catch (fault) {
      // Nobody knows what of it was told.
      await this.#writer.breakEpoch();
      return this.#failed(fault);
    }
  }

  /** A poll that came to nothing: the watermark stands, so that what it would have held is read again. */
  #missed(thrown: unknown, isSweep: boolean, signal: AbortSignal): GridweaveError | null {
    const now = this.#deps.clock.now();
    if (signal.aborted) {
      // An adapter may take for told what it had read by then.
      this.#sweeps.require();
      return null;
    }
    const failure = this.#failed(thrown);
    // A sweep that cannot be made must not keep the changes from being read.
    if (isSweep) this.#sweeps.swept(now, false);
    else if (failure.code === 'PROVIDER_TIMEOUT') this.#sweeps.fellShort(now);
    // This watermark leads nowhere, or to more than one poll can read: all that is left is to start over.
    else if (failure.code === 'INVALID_CURSOR' || failure.code === 'CALL_BUDGET_EXCEEDED')
      this.#threadLost = true;
    return failure;
  }

  /** Makes a named failure of whatever was thrown. What is not a GridweaveError is our own fault, and is reported. */
  #failed(thrown: unknown): GridweaveError {
    const { provider, onFault } = this.#deps;
    const known = thrown instanceof GridweaveError;
    if (!known) onFault(thrown);
    const failure = known ? thrown : new GridweaveError('INTERNAL', 'The gateway failed while it looked for changes.', { provider: provider.key, cause: thrown }); // prettier-ignore
    this.#errorCode = failure.code;
    return failure;
  }

  async #take({ batch, gone }: Looked, startedAt: EpochMs, isSweep: boolean): Promise<void> {
    const now = this.#deps.clock.now();
    const silent = this.#readAt === null && !this.#promised;
    const look = { startedAt, now, silent, gone };
    const take = (): LiveEvent[] => this.tracker.take(batch, look);
    const isUntold = this.#keeper !== null && this.tracker.learnsUntold(batch, look);
    const events = isUntold ? await this.#keeper.learn(take) : take();
    if (events.length > 0) this.#changedAt = now;
    // A sweep may be cut off, where what changed since the watermark is not: so it does not move the watermark.
    if (!isSweep || this.#watermark === null || this.#threadLost) this.#watermark = batch.watermark;
    if (isSweep || batch.complete) this.#sweeps.swept(now, batch.complete);
    else if (batch.dropped.count > 0) this.#sweeps.fellShort(now);
    if (batch.complete) this.#completeness = 'COMPLETE';
    else if (this.#readAt === null || this.#threadLost) this.#completeness = 'PARTIAL';
    this.#readAt = now;
    this.#errorCode = null;
    const appended = this.#writer.append(events);
    const isBroken = this.#threadLost && !batch.complete;
    this.#threadLost = !isSweep && batch.lost === true;
    this.#knows = true;
    await (isBroken ? this.#writer.breakEpoch() : appended);
    this.#noticed();
  }

  #noticed(): void {
    if (this.#knows && !this.#waits) this.#keeper?.noticed();
  }

  /** Opens the partition, and takes up what an earlier process left in it. Tried again when it failed. */
  #open(): Promise<void> {
    this.#opened ??= this.#takeUp().catch((fault: unknown) => {
      this.#opened = null;
      throw fault;
    });
    return this.#opened;
  }

  async #takeUp(): Promise<void> {
    const { log, provider, known, anewAfter } = this.#deps;
    const partition = provider.key;
    await anewAfter;
    const window = await log.open(partition);
    const last = anewAfter === undefined ? await this.#lastKnown() : null;
    if (last !== null && (await takeUp(this.tracker, last, log, { partition, window }))) {
      this.#knows = true;
      this.#keeper?.tookUp(last.position);
      // Who was answered before this was done was answered from nothing.
      if (this.#promised) await log.breakEpoch(partition);
      // Positions of before can be served, so whoever resumes from one must hear of all that happened since.
      this.#promised = true;
    } else if (known !== null || window.lastSeq > 0 || anewAfter !== undefined) {
      await log.breakEpoch(partition);
    }
  }

  /** Null when nothing can be taken up, for whatever reason: then readers start over. */
  async #lastKnown(): Promise<Known | null> {
    const { known, provider, onFault } = this.#deps;
    try {
      return known === null ? null : await known.load(provider.key);
    } catch (fault) {
      onFault(fault);
      return null;
    }
  }

  #createKeeper(): KnownKeeper | null {
    const { known, provider, log, clock, partitions, onFault } = this.#deps;
    if (known === null) return null;
    return new KnownKeeper({
      partition: provider.key,
      store: known,
      log,
      clock,
      partitions,
      onFault,
      picture: () => this.tracker.picture(),
      position: () => this.#writer.position(),
    });
  }
}

/** The first look of a round of polling, to be waited for. */
interface Look {
  readonly seen: Promise<void>;
  readonly done: () => void;
}

function openLook(): Look {
  let done = (): void => {};
  const seen = new Promise<void>((resolve) => {
    done = resolve;
  });
  return { seen, done };
}

function settledLook(): Look {
  return { seen: Promise.resolve(), done: () => {} };
}
