import { GridweaveError } from '../../src/model/errors.ts';
import type { NativeKey, ProviderKey, RecordKind } from '../../src/model/ids.ts';
import { compareOrderKeys } from '../../src/model/order.ts';
import type { JobRecord } from '../../src/model/records.ts';
import { epochMs, systemClock } from '../../src/model/time.ts';
import type { ListPage, ListQuery, ProviderAdapter } from '../../src/providers/provider.ts';
import { RecentProviderEvents } from '../../src/providers/recent-events.ts';
import { ProviderRegistry, type Provider } from '../../src/providers/registry.ts';
import { NOTHING_DROPPED } from '../../src/providers/reading.ts';
import { createCallBudget } from '../../src/upstream/call-budget.ts';
import type { ReadContext } from '../../src/merge/context.ts';
import { LOCAL_VIEWER } from '../../src/model/access.ts';
import { RecentWrites } from '../../src/merge/recent-writes.ts';
import { SHARED_ACCESS } from '../../src/providers/access.ts';

/** A job that a fake provider holds. */
export function fakeJob(provider: string, key: string, createdAt: number, name = key): JobRecord {
  return {
    kind: 'job',
    provider: provider as ProviderKey,
    key: key as NativeKey,
    nativeRef: { type: 'job', id: key },
    name,
    observedAt: systemClock.now(),
    status: {
      state: 'RUNNING',
      reason: null,
      message: null,
      raw: { value: 'Running', detail: null, field: 'State' },
      desired: null,
      degraded: false,
      counts: null,
      confidence: 'REPORTED',
      since: null,
    },
    generation: 1,
    revision: 1,
    createdAt: epochMs(createdAt),
    startedAt: null,
    endedAt: null,
    jobKind: 'BATCH',
    origin: 'NATIVE',
    projectKey: null,
    labels: [],
    priority: null,
    tasks: null,
  };
}

/** For tests of this folder: a provider in memory, whose jobs can be added and taken away while it is being read. */
export class FakeProvider implements Provider {
  readonly key: ProviderKey;
  readonly name: string;
  readonly kind = 'fake';
  readonly timeoutMs = 1000;
  readonly callback = null;
  readonly access = SHARED_ACCESS;
  readonly events = new RecentProviderEvents();
  readonly jobs = new Map<string, JobRecord>();
  readonly adapter: ProviderAdapter;
  /** Thrown by the next lists while it is set. */
  failure: GridweaveError | null = null;
  /** Rows of a native page: the provider gives no more at a time, whatever is asked. */
  pageSize = 1000;
  calls = 0;

  constructor(key: string) {
    this.key = key as ProviderKey;
    this.name = key;
    const unused = (): never => {
      throw new GridweaveError('UNSUPPORTED_OPERATION', 'This fake only lists jobs.');
    };
    this.adapter = {
      capabilities: {
        kinds: ['job'],
        filters: {},
        logs: 'NONE',
        changes: 'NONE',
        executionNode: false,
        exitCode: false,
        cost: false,
        batch: {},
        neverFilled: [],
      },
      version: null,
      list: <K extends RecordKind>(_kind: K, query: ListQuery) =>
        // The fake holds jobs and nothing else, so K is "job" whenever a test asks it.
        Promise.resolve().then(() => this.#list(query) as ListPage<RecordKind> as ListPage<K>),
      get: unused,
      tasksOfJobs: unused,
      executionsOfJobs: unused,
      executionsOfTasks: unused,
      logs: unused,
      changes: unused,
      probe: unused,
    };
  }

  get upstream(): never {
    throw new RangeError('a fake provider has no upstream');
  }

  add(key: string, createdAt: number, name?: string): void {
    this.jobs.set(key, fakeJob(this.key, key, createdAt, name));
  }

  #list(query: ListQuery): ListPage<'job'> {
    this.calls += 1;
    if (this.failure !== null) throw this.failure;
    const { direction } = query.order;
    const orderKey = (job: JobRecord) => [job.createdAt, job.key] as const;
    const sorted = [...this.jobs.values()].sort((a, b) =>
      compareOrderKeys(orderKey(a), orderKey(b), direction),
    );
    const after = query.after === null ? null : (JSON.parse(query.after) as [number, string]);
    const rest =
      after === null ? sorted : sorted.filter((job) => compareOrderKeys(orderKey(job), after, direction) > 0);
    const page = rest.slice(0, Math.min(query.limit, this.pageSize));
    const rows = page.map((record) => ({
      record,
      orderKey: orderKey(record),
      position: JSON.stringify(orderKey(record)),
    }));
    return {
      rows,
      endPosition: rows.at(-1)?.position ?? null,
      hasMore: rest.length > page.length,
      pushedDown: [],
      dropped: NOTHING_DROPPED,
      observedAt: systemClock.now(),
      notes: [],
    };
  }
}

export function fakeContext(providers: readonly Provider[]): ReadContext {
  return {
    providers: new ProviderRegistry(providers),
    clock: systemClock,
    recentWrites: new RecentWrites(systemClock),
    viewer: LOCAL_VIEWER,
    onFault: (fault) => {
      throw fault;
    },
    call: {
      signal: new AbortController().signal,
      deadlineAt: epochMs(systemClock.now() + 60_000),
      budget: createCallBudget(100_000),
    },
  };
}
