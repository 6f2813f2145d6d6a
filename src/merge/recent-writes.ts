import { LRUCache } from 'lru-cache';
import type { NativeKey, RecordKind } from '../model/ids.ts';
import type { AnyRecord, ExecutionRecord, JobRecord, RecordOfKind, TaskRecord } from '../model/records.ts';
import { isTerminal, type State } from '../model/state.ts';
import type { Clock, EpochMs } from '../model/time.ts';
import type { Provider } from '../providers/registry.ts';
import type { CallContext } from '../upstream/types.ts';

type WorkRecord = JobRecord | TaskRecord | ExecutionRecord;

/** What was done: made, brought into a state, or removed. `record` is how the object was, or for MADE how it is. */
type Write =
  | { readonly type: 'MADE'; readonly record: WorkRecord; readonly madeAt: EpochMs }
  | {
      readonly type: 'MOVED';
      readonly record: WorkRecord;
      readonly to: State;
      /** When it was made, if that was a moment ago, too: the provider may not show it at all yet. */
      readonly madeAt: EpochMs | null;
    }
  | { readonly type: 'REMOVED'; readonly record: WorkRecord };

/** Longer than any provider is known to take before it shows a write everywhere, in milliseconds. */
const HOLD_MS = 30_000;
const MAX_WRITES = 20_000;
const STOPPING: ReadonlySet<State> = new Set(['CANCELLING', 'CANCELLED', 'SUSPENDED']);

/**
 * Read-your-writes: what this gateway did a moment ago and a provider may not show yet. Readers see every record through
 * it; what the provider says itself takes over as soon as it says anything newer. Kept by credential, as reads are.
 */
export class RecentWrites {
  readonly #clock: Clock;
  readonly #writes: LRUCache<string, Write>;

  constructor(clock: Clock, holdMs = HOLD_MS) {
    this.#clock = clock;
    this.#writes = new LRUCache({
      max: MAX_WRITES,
      ttl: holdMs,
      perf: { now: () => Math.max(1, clock.now()) },
      ttlResolution: 0,
    });
  }

  made(provider: Provider, call: CallContext, record: WorkRecord): void {
    this.#put(provider, call, { type: 'MADE', record, madeAt: this.#clock.now() });
  }

  moved(provider: Provider, call: CallContext, record: WorkRecord, to: State): void {
    const before = this.#writes.get(nameOf(provider, call, record.kind, record.key));
    const madeAt = before === undefined || before.type === 'REMOVED' ? null : before.madeAt;
    this.#put(provider, call, { type: 'MOVED', record, to, madeAt });
  }

  removed(provider: Provider, call: CallContext, record: WorkRecord): void {
    this.#put(provider, call, { type: 'REMOVED', record });
  }

  /** A record as readers should see it; null when it should not be there any more. */
  seen<R extends AnyRecord>(provider: Provider, call: CallContext, record: R): R | null {
    if (this.#writes.size === 0 || !('generation' in record)) return record;
    const write = this.#writes.get(nameOf(provider, call, record.kind, record.key));
    const seen = write === undefined ? record : applied(write, record);
    return (seen?.kind === 'job' ? this.#withTasks(provider, call, seen) : seen) as R | null;
  }

  /** What was made and may be missing at the provider; null when nothing was. */
  unseen<K extends RecordKind>(
    provider: Provider,
    call: CallContext,
    kind: K,
    key: NativeKey,
  ): RecordOfKind[K] | null {
    const write = this.#writes.get(nameOf(provider, call, kind, key));
    return write === undefined ? null : (this.#ahead(write, provider, call) as RecordOfKind[K] | null);
  }

  /** Every object of a kind that was made so lately that the provider's lists may not hold it, newest first. */
  madeLately<K extends RecordKind>(provider: Provider, call: CallContext, kind: K): RecordOfKind[K][] {
    if (this.#writes.size === 0) return [];
    const prefix = nameOf(provider, call, kind, '' as NativeKey);
    const found: WorkRecord[] = [];
    for (const [name, write] of this.#writes.entries()) {
      if (!name.startsWith(prefix)) continue;
      const record = this.#ahead(write, provider, call);
      if (record !== null) found.push(record);
    }
    return found as RecordOfKind[K][];
  }

  /**
   * What is known of an object that its provider may not show yet; null once the provider has had the time that it says it
   * takes: an object that it does not show then is gone, or is otherwise than it was made.
   */
  #ahead(write: Write, provider: Provider, call: CallContext): WorkRecord | null {
    if (write.type === 'REMOVED' || write.madeAt === null) return null;
    const visibleAfterMs = provider.adapter.acting?.submission?.visibleAfterMs ?? 0;
    if (this.#clock.now() - write.madeAt > visibleAfterMs) return null;
    const record = write.type === 'MADE' ? write.record : movedTo(write.to, write.record);
    if (record.kind !== 'job') {
      const job = this.#writes.get(nameOf(provider, call, 'job', record.jobKey));
      return job?.type === 'REMOVED' ? null : record;
    }
    const job = this.#withTasks(provider, call, record);
    // An implicit job is nothing but its task.
    return job.origin === 'IMPLICIT' && job.tasks?.length === 0 && record.tasks?.length !== 0 ? null : job;
  }

  /** A job whose row holds its tasks: what was done to those is seen in it, too. */
  #withTasks(provider: Provider, call: CallContext, job: JobRecord): JobRecord {
    if (job.tasks === null) return job;
    const tasks = job.tasks.flatMap((task) => this.seen(provider, call, task) ?? []);
    const same = tasks.length === job.tasks.length && tasks.every((task, i) => task === job.tasks?.[i]);
    return same ? job : { ...job, tasks };
  }

  #put(provider: Provider, call: CallContext, write: Write): void {
    this.#writes.set(nameOf(provider, call, write.record.kind, write.record.key), write);
    // Where the row of a job holds its tasks, they are seen through it, too.
    if (write.type === 'MADE' && write.record.kind === 'job') {
      for (const task of write.record.tasks ?? []) this.made(provider, call, task);
    }
  }
}

function nameOf(provider: Provider, call: CallContext, kind: RecordKind, key: NativeKey): string {
  return `${provider.key}|${provider.upstream.fingerprint(call)}|${kind}|${key}`;
}

function applied(write: Write, record: WorkRecord): WorkRecord | null {
  const newer = record.generation > write.record.generation;
  switch (write.type) {
    case 'MADE':
      return record.generation < write.record.generation ? write.record : record;
    case 'REMOVED':
      return newer || showsRemoval(record) ? record : null;
    case 'MOVED':
      return newer || !isBehind(write, record) ? record : movedTo(write.to, record);
  }
}

/** Whether the provider itself says that it goes, or is gone. */
function showsRemoval({ status }: WorkRecord): boolean {
  return status.desired === 'DELETE' || status.reason === 'DELETED_UPSTREAM' || status.state === 'CANCELLING';
}

/** Whether a record shows the time before the write: the same state still, or, for work that stops, any active one. */
function isBehind(write: Write & { readonly type: 'MOVED' }, { status }: WorkRecord): boolean {
  if (isTerminal(status.state) || status.state === write.to) return false;
  return (
    status.state === write.record.status.state || (STOPPING.has(write.to) && !STOPPING.has(status.state))
  );
}

function movedTo(state: State, record: WorkRecord): WorkRecord {
  const stops = STOPPING.has(state);
  const status = {
    ...record.status,
    state,
    reason: stops ? ('USER_REQUEST' as const) : record.status.reason,
    desired: stops ? ('STOP' as const) : record.status.desired,
    confidence: 'INFERRED' as const,
    since: null,
  };
  return { ...record, status };
}
