import { activeFilters, passes } from '../merge/filter.ts';
import type { NativeKey, ProviderKey } from '../model/ids.ts';
import type { ObservedChange } from '../model/observe.ts';
import { epochMs, type EpochMs } from '../model/time.ts';
import type { ChangeBatch, ListFilter } from '../providers/provider.ts';
import { ageOf, commandOn, Departures, type Look } from './command.ts';
import { WATCHED_KINDS, type LiveEvent, type SourceMode, type WatchedKind, type WatchedRecord } from './event.ts'; // prettier-ignore
import type { LogEntry } from './event-log.ts';
import type { Picture, Remembered } from './known/picture.ts';
import type { Told } from './live.ts';
import { Memory, newEntry, type Entry } from './memory.ts';
import type { TrackerOptions } from './options.ts';
import { bare, digestOf, endOf, hasEnded, occurredAt, parentsOf } from './projection.ts';
import { comesLate, hasFallen, rebased, step, wasDeleted } from './step.ts';

/** Work that ended shortly before the first look may become visible after it. */
const HISTORY_SLACK_MS = 60_000;

/** How a batch is taken in. */
export interface TakeOptions extends Look {
  /** A first look that nobody waits for: what is not known yet is learned and not told. */
  readonly silent: boolean;
  /** Jobs that the provider says it does not have. */
  readonly gone?: readonly NativeKey[];
}

/** Where an event comes from. */
interface Source {
  readonly mode: SourceMode;
  readonly now: EpochMs;
}

/**
 * What is known of one provider, and what becomes of that when another look is taken: events, in the order to append them.
 *
 * What a look shows is led through the state machine of the model (`observe`); what cannot follow is not told, and what is
 * known stands. An object that is not known is told, unless the first look was silent and it belongs to what was before, or
 * it ended beyond the horizon. Does no I/O; events are lost unless the caller appends them.
 */
export class Tracker {
  readonly #provider: ProviderKey;
  readonly #options: TrackerOptions;
  readonly #memory: Memory;
  readonly #departures: Departures;
  readonly #doubted = new Set<Entry>();
  /** The newest creation or end seen, by the provider's clock; never ahead of ours. */
  #newest = -Infinity;
  /** What ended before this, by the provider's clock, belongs to a first look that was silent. */
  #historyBefore = -Infinity;

  constructor(provider: ProviderKey, options: TrackerOptions) {
    this.#provider = provider;
    this.#options = options;
    this.#memory = new Memory(options);
    this.#departures = new Departures(options);
  }

  /** Objects that are remembered. */
  get size(): number {
    return this.#memory.size;
  }

  /**
   * Takes a batch in. Only what a complete one does not hold is gone: a complete batch holds all objects of all four kinds
   * that the provider has, ended ones included (the contract suite compares it with the lists).
   */
  take(batch: ChangeBatch, look: TakeOptions): LiveEvent[] {
    const events: LiveEvent[] = [];
    const records = recordsOf(batch);
    for (const record of records) this.#noteTimes(record, look.now);
    // Jobs come first, so that their executions can be told with their project.
    for (const record of records) this.#see(this.#placed(bare(record)), look, events);
    if (batch.complete) this.#bury(this.#missing(records, WATCHED_KINDS, look), pollAt(look), events);
    const gone = (look.gone ?? [])
      .map((key) => this.#memory.get('job', key))
      .filter((entry) => entry !== null);
    this.#bury(gone, pollAt(look), events);
    this.#settleDoubts(look.now, events);
    if (look.silent) this.#historyBefore = this.#newest - HISTORY_SLACK_MS;
    this.#memory.forget(look.now);
    this.#departures.forget(look.now);
    return events;
  }

  /** Takes in what is known without a poll. */
  tell(told: Told, now: EpochMs): LiveEvent[] {
    const events: LiveEvent[] = [];
    const source = { mode: told.sourceMode, now };
    if (told.type === 'GONE') {
      const entry = this.#memory.get(told.kind, told.key);
      this.#departures.note(told.kind, told.key, now);
      if (entry !== null) this.#bury([entry], source, events);
      return events;
    }
    const record = bare(told.record);
    this.#departures.recall(record.kind, record.key);
    const entry = this.#memory.get(record.kind, record.key);
    if (entry !== null && comesLate(entry, record)) return events;
    const command = told.sourceMode === 'COMMAND' ? commandOn(entry, now) : null;
    if (entry === null) this.#meet(record, digestOf(record), { ...source, silent: false }, events);
    else if (!this.#follow(entry, record, digestOf(record), source, events)) return events;
    const after = this.#memory.get(record.kind, record.key);
    if (after === null) return events;
    if (entry === null) after.unseenSince = now;
    if (command === null) {
      after.seenAt = record.observedAt;
      return events;
    }
    after.command = command;
    after.doubt = null;
    if (entry === null) after.seenAt = epochMs(0);
    return events;
  }

  /** Whether a batch would teach something that is not told: from then on the events alone do not say what is known. */
  learnsUntold(batch: ChangeBatch, look: TakeOptions): boolean {
    const records = recordsOf(batch);
    for (const record of records) this.#noteTimes(record, look.now);
    return records.some(
      (record) =>
        this.#memory.get(record.kind, record.key) === null &&
        this.#memory.trace(record.kind, record.key) === null &&
        (look.silent || this.#isHistory(record, pollAt(look))) &&
        !this.#isForgotten(record, look.now),
    );
  }

  /** All that is known, as it is at this moment. */
  picture(): Picture {
    const timeOf = (time: number): number | null => (Number.isFinite(time) ? time : null);
    const times = { newest: timeOf(this.#newest), historyBefore: timeOf(this.#historyBefore) };
    return { ...this.#memory.picture(), ...times };
  }

  /** Takes up a part of what an earlier process knew. */
  restore(objects: Iterable<Remembered>, rest: Omit<Picture, 'objects'> | null = null): void {
    for (const object of objects) {
      this.#memory.put({ ...object, digest: digestOf(object.record), doubt: null });
    }
    if (rest === null) return;
    this.#memory.restoreTraces(rest.traces);
    this.#newest = rest.newest ?? -Infinity;
    this.#historyBefore = rest.historyBefore ?? -Infinity;
  }

  /** Takes up what an earlier process told, entry by entry. */
  replay({ event, at }: LogEntry): void {
    const { kind, key, generation } = event;
    const record = event.type === 'TOMBSTONE' ? event.before : event.record;
    const nativeGeneration = record.kind === 'computeNode' ? 1 : record.generation;
    const known = record.kind === 'computeNode' ? null : { state: record.status.state, generation, nativeGeneration }; // prettier-ignore
    const entry = newEntry(record, {
      digest: digestOf(record),
      known,
      endedFrom: hasEnded(record) ? at : null,
      seenAt: event.sourceMode === 'COMMAND' ? epochMs(0) : record.observedAt,
      unseenSince:
        event.type === 'CHANGE' && event.sourceMode !== 'POLL' && event.before === null ? at : null,
    });
    this.#noteTimes(record, at);
    if (event.type !== 'TOMBSTONE') return this.#memory.put(entry);
    this.#memory.bury(this.#memory.get(kind, key) ?? entry);
    if (event.sourceMode === 'COMMAND') this.#departures.note(kind, key, at);
  }

  /** Every remembered object of a kind that passes a filter. */
  *matching(kind: WatchedKind, filter: ListFilter): Iterable<WatchedRecord> {
    const names = activeFilters(filter);
    for (const { record } of this.#memory.all(kind)) if (passes(record, filter, names)) yield record;
  }

  /** Whether anything of a kind that has not ended passes a filter. */
  hasLive(kind: WatchedKind, filter: ListFilter): boolean {
    const names = activeFilters(filter);
    for (const { record } of this.#memory.live(kind)) if (passes(record, filter, names)) return true;
    return false;
  }

  /**
   * Jobs that a batch, which holds not everything, should hold if they were there: those that live first, and of these the
   * ones that were not heard of for longest.
   */
  unheardOf({ jobs }: ChangeBatch, look: Look, limit: number): NativeKey[] {
    const rank = ({ record, seenAt }: Entry): number =>
      hasEnded(record) ? seenAt : seenAt - Number.MAX_SAFE_INTEGER;
    const missing = this.#missing(jobs, ['job'], look).toSorted((a, b) => rank(a) - rank(b));
    return missing.slice(0, limit).map(({ record }) => record.key);
  }

  #see(seen: WatchedRecord, look: TakeOptions, events: LiveEvent[]): void {
    const entry = this.#memory.get(seen.kind, seen.key);
    const digest = digestOf(seen);
    if (entry === null) {
      if (!this.#departures.has(seen, look)) this.#meet(seen, digest, { ...look, mode: 'POLL' }, events);
      return;
    }
    entry.unseenSince = null;
    const age = ageOf(entry, { record: seen, digest }, look, this.#options);
    if (age === 'OLDER') return;
    const source = pollAt(look);
    if (age === 'CURRENT' && this.#follow(entry, seen, digest, source, events)) {
      entry.seenAt = seen.observedAt;
      entry.doubt = null;
    } else if (age === 'DOUBTFUL' || hasFallen(entry, seen)) {
      const until = (age === 'DOUBTFUL' ? entry.command?.at : null) ?? look.now;
      entry.doubt = { record: seen, until: entry.doubt?.until ?? until + this.#options.commandSettleMs };
      this.#doubted.add(entry);
    } else {
      entry.doubt = null;
    }
  }

  /** Takes in an object that is not remembered. */
  #meet(
    seen: WatchedRecord,
    digest: string,
    source: Source & { readonly silent: boolean },
    events: LiveEvent[],
  ): void {
    const trace = this.#memory.trace(seen.kind, seen.key);
    const { known, change } = step(seen, trace?.known ?? null);
    if (trace?.gone === true && wasDeleted(seen)) return;
    const isUnchanged = trace?.digest === digest && change === 'NONE';
    if (trace?.gone === false && (isUnchanged || change === 'HELD')) return;
    const isTold = trace !== null || !(source.silent || this.#isHistory(seen, source));
    const endedAt = hasEnded(seen) ? (endOf(seen) ?? source.now) : null;
    const endedFrom = isTold && endedAt !== null ? source.now : endedAt;
    if (!isTold && this.#isForgotten(seen, source.now)) {
      this.#memory.leaveTrace(seen.kind, seen.key, { digest, known, gone: false });
      return;
    }
    const entry = newEntry(seen, { digest, known, endedFrom, seenAt: seen.observedAt, unseenSince: null });
    this.#memory.put(entry);
    if (isTold) events.push(this.#change(entry, null, trace?.gone === true ? 'FIRST' : change, source));
  }

  /** Takes in another look at an object. False: what was seen cannot follow what is known, which stands. */
  #follow(entry: Entry, seen: WatchedRecord, digest: string, source: Source, events: LiveEvent[]): boolean {
    const { known, change } = step(seen, entry.known);
    if (change === 'HELD') return false;
    const before = entry.record;
    const same = change === 'NONE' && digest === entry.digest;
    const alive = !hasEnded(seen);
    const endedFrom = alive ? null : (entry.endedFrom ?? source.now);
    Object.assign(entry, { record: seen, digest, known, endedFrom });
    this.#memory.put(entry);
    if (!same) events.push(this.#change(entry, before, change, source));
    return true;
  }

  #change(
    { record, known }: Entry,
    before: WatchedRecord | null,
    change: ObservedChange,
    { mode, now }: Source,
  ): LiveEvent {
    const base = {
      provider: this.#provider,
      kind: record.kind,
      key: record.key,
      occurredAt: occurredAt(record, before),
      observedAt: now,
      sourceMode: mode,
      generation: known?.generation ?? 1,
    };
    if (change === 'CORRECTED' && before !== null) return { type: 'CORRECTION', ...base, record, before };
    return {
      type: 'CHANGE',
      ...base,
      record,
      before,
      skipped: change === 'SKIPPED',
      reopened: change === 'REOPENED',
    };
  }

  /** Whether something that ended so long ago would not be remembered if it were known. */
  #isForgotten(record: WatchedRecord, now: EpochMs): boolean {
    return hasEnded(record) && now - (endOf(record) ?? now) > this.#options.horizonMs;
  }

  /** An execution with the project of its job: providers tell it with the job alone, and who may see it depends on it. */
  #placed(record: WatchedRecord): WatchedRecord {
    if (record.kind !== 'execution' || record.projectKey !== undefined) return record;
    const job = this.#memory.get('job', record.jobKey)?.record;
    return { ...record, projectKey: job?.kind === 'job' ? job.projectKey : null };
  }

  /** What is known of some kinds and not among records. */
  #missing(records: readonly WatchedRecord[], kinds: readonly WatchedKind[], look: Look): Entry[] {
    const held = new Set(records.map(nameOf));
    return kinds.flatMap((kind) =>
      [...this.#memory.all(kind)].filter(
        (entry) => !held.has(nameOf(entry.record)) && !this.#isYetToShow(entry, look),
      ),
    );
  }

  /** What a command made need not be in a provider's lists at once. */
  #isYetToShow({ unseenSince }: Entry, { startedAt, now }: Look): boolean {
    if (unseenSince === null) return false;
    return startedAt <= unseenSince || now - unseenSince < this.#options.commandVisibleMs;
  }

  /** Tells what is gone, with all that belongs to it: parts before the whole. */
  #bury(gone: readonly Entry[], { mode, now }: Source, events: LiveEvent[]): void {
    if (gone.length === 0) return;
    const all = new Set(gone);
    const keysOf = (kind: WatchedKind): Set<string> =>
      new Set(gone.filter(({ record }) => record.kind === kind).map(({ record }) => record.key));
    const [jobs, tasks] = [keysOf('job'), keysOf('task')];
    for (const kind of ['task', 'execution'] as const) {
      for (const entry of jobs.size + tasks.size === 0 ? [] : this.#memory.all(kind)) {
        const { job, task } = parentsOf(entry.record);
        if (jobs.has(job ?? '') || tasks.has(task ?? '')) all.add(entry);
      }
    }
    for (const kind of WATCHED_KINDS.toReversed()) {
      for (const entry of all) {
        if (entry.record.kind !== kind) continue;
        this.#memory.bury(entry);
        this.#doubted.delete(entry);
        const { key } = entry.record;
        const generation = entry.known?.generation ?? 1;
        events.push({ type: 'TOMBSTONE', provider: this.#provider, kind, key, occurredAt: null, observedAt: now, sourceMode: mode, generation, before: entry.record }); // prettier-ignore
      }
    }
  }

  /** What was doubted long enough, and nothing else has come, is so. */
  #settleDoubts(now: EpochMs, events: LiveEvent[]): void {
    for (const entry of this.#doubted) {
      const { doubt, record } = entry;
      if (doubt !== null && now < doubt.until) continue;
      this.#doubted.delete(entry);
      entry.doubt = null;
      if (doubt === null || this.#memory.get(record.kind, record.key) !== entry) continue;
      if (hasFallen(entry, doubt.record)) entry.known = rebased(entry.known, doubt.record);
      const source = { mode: 'POLL', now } as const;
      if (this.#follow(entry, doubt.record, digestOf(doubt.record), source, events)) {
        entry.seenAt = doubt.record.observedAt;
      }
    }
  }

  #noteTimes(record: WatchedRecord, now: EpochMs): void {
    const newest = Math.max(record.createdAt ?? 0, endOf(record) ?? 0);
    this.#newest = Math.max(this.#newest, Math.min(newest, now));
  }

  /** Whether an object that nobody knows ended so long ago that it is no news. Judged by the provider's own clock. */
  #isHistory(record: WatchedRecord, { mode, now }: Source): boolean {
    const endedAt = endOf(record);
    if (endedAt === null || mode !== 'POLL') return false;
    return endedAt < this.#historyBefore || endedAt < Math.min(now, this.#newest) - this.#options.horizonMs;
  }
}

function recordsOf(batch: ChangeBatch): WatchedRecord[] {
  return [...batch.jobs, ...batch.tasks, ...batch.executions, ...batch.computeNodes];
}

function pollAt({ now }: Look): Source {
  return { mode: 'POLL', now };
}

function nameOf({ kind, key }: WatchedRecord): string {
  return `${kind} ${key}`;
}
