import { GridweaveError } from '../../src/model/errors.ts';
import type { NativeKey, ProviderKey, RecordKind } from '../../src/model/ids.ts';
import type { RecordOfKind } from '../../src/model/records.ts';
import type { Capabilities, ChangeBatch, ProviderAdapter } from '../../src/providers/provider.ts';
import { RecentProviderEvents } from '../../src/providers/recent-events.ts';
import type { Provider } from '../../src/providers/registry.ts';
import type { CallContext } from '../../src/upstream/types.ts';
import { batchOf } from './live-records.ts';
import { SHARED_ACCESS } from '../../src/providers/access.ts';

type Row = Parameters<typeof batchOf>[0][number];

/** A provider that tells of changes what a test wants it to, and counts how often it is asked. */
export class ScriptedProvider implements Provider {
  readonly key: ProviderKey;
  readonly name: string;
  readonly kind = 'scripted';
  readonly timeoutMs = 1_000;
  readonly callback = null;
  readonly access = SHARED_ACCESS;
  readonly events = new RecentProviderEvents();
  readonly adapter: ProviderAdapter;
  /** What every poll was given as `since`, in order. */
  readonly polls: (string | null)[] = [];
  readonly contexts: CallContext[] = [];
  /** Polls that are under way, and the most there ever were at a time. */
  open = 0;
  mostOpen = 0;
  /** Keys of jobs that were looked up. */
  readonly lookedUp: NativeKey[] = [];
  lookUpFailure: GridweaveError | null = null;
  /** Everything there is: what a sweep holds. */
  rows: readonly Row[] = [];
  /** Answers a poll. By default a sweep holds all rows, completely, and a delta the same rows. */
  answer: (since: string | null, ctx: CallContext) => ChangeBatch | Promise<ChangeBatch>;

  constructor(key: string, capabilities: Partial<Capabilities> = {}) {
    this.key = key as ProviderKey;
    this.name = key;
    this.answer = (since) => batchOf(this.rows, { complete: since === null });
    const unused = (): never => {
      throw new GridweaveError('UNSUPPORTED_OPERATION', 'This provider only tells changes.');
    };
    this.adapter = {
      capabilities: {
        kinds: ['job', 'task', 'execution', 'computeNode'],
        filters: {},
        logs: 'NONE',
        changes: 'DELTA',
        executionNode: false,
        exitCode: false,
        cost: false,
        batch: {},
        neverFilled: [],
        ...capabilities,
      },
      version: null,
      list: unused,
      // Only jobs are looked up by whoever follows changes.
      get: <K extends RecordKind>(kind: K, keys: readonly NativeKey[]) => {
        this.lookedUp.push(...keys);
        if (this.lookUpFailure !== null) return Promise.reject(this.lookUpFailure);
        const found = new Map<NativeKey, RecordOfKind[K]>();
        const missing = new Map<NativeKey, GridweaveError>();
        for (const key of keys) {
          const row = this.rows.find(
            (row): row is Row & RecordOfKind[K] => row.kind === kind && row.key === key,
          );
          if (row === undefined) missing.set(key, new GridweaveError('NOT_FOUND', 'No such job.'));
          else found.set(key, row);
        }
        return Promise.resolve({ found, missing });
      },
      tasksOfJobs: unused,
      executionsOfJobs: unused,
      executionsOfTasks: unused,
      logs: unused,
      probe: unused,
      changes: (since, ctx) => this.#changes(since, ctx),
    };
  }

  get upstream(): never {
    throw new RangeError('a scripted provider has no upstream');
  }

  async #changes(since: string | null, ctx: CallContext): Promise<ChangeBatch> {
    this.polls.push(since);
    this.contexts.push(ctx);
    this.open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.open);
    try {
      return await this.answer(since, ctx);
    } finally {
      this.open -= 1;
    }
  }
}
