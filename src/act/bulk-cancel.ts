import { randomUUID } from 'node:crypto';
import type { MergedFilter } from '../merge/filter.ts';
import type { SourceReport } from '../merge/source-report.ts';
import type { ProviderKey } from '../model/ids.ts';
import type { JobRecord } from '../model/records.ts';
import type { ItemOutcome } from './act-event.ts';
import type { Actor } from './actor.ts';
import { lastingRead, type ActDeps, type Caller } from './caller.ts';
import { objection } from './action-check.ts';
import { jobsToCancel } from './jobs-to-cancel.ts';

export interface BulkCancel {
  readonly filter: MergedFilter;
  /** Jobs cancelled at most; the oldest stay when there are more. */
  readonly limit: number;
  readonly dryRun: boolean;
  readonly reason: string | null;
  /** Names it in events; null for a new one. */
  readonly bulkId: string | null;
}

export interface BulkResult {
  readonly bulkId: string;
  /** In the order of the list: newest first. */
  readonly items: readonly ItemOutcome[];
  /** How completely the jobs could be listed. */
  readonly sources: readonly SourceReport[];
  /** More jobs may match than were looked at. */
  readonly more: boolean;
}

/** Beyond one call for each job: the lists, and looking jobs up before and after. */
const CALLS_PER_JOB = 4;
const SPARE_CALLS = 200;

/** Cancels the jobs that a filter matches: providers beside each other, the jobs of each in turn. */
export async function cancelMany(
  bulk: BulkCancel,
  actor: Actor,
  deps: ActDeps,
  caller: Caller,
): Promise<BulkResult> {
  const bulkId = bulk.bulkId ?? randomUUID();
  const read = lastingRead(caller, deps, deps.options.bulkMs, bulk.limit * CALLS_PER_JOB + SPARE_CALLS);
  const found = await jobsToCancel(bulk, read);
  const outcomes = new Map<JobRecord, ItemOutcome>();
  const progress = (record: JobRecord, item: ItemOutcome): void => {
    outcomes.set(record, item);
    deps.events.tell({
      type: 'BULK_PROGRESS',
      at: deps.clock.now(),
      scope: caller.scope,
      bulkId,
      action: 'CANCEL',
      done: outcomes.size,
      total: found.jobs.length,
      item,
      finished: outcomes.size === found.jobs.length,
    });
  };
  if (found.jobs.length === 0) {
    const nothing = { bulkId, action: 'CANCEL', done: 0, total: 0, item: null, finished: true } as const;
    deps.events.tell({ type: 'BULK_PROGRESS', at: deps.clock.now(), scope: caller.scope, ...nothing });
  }
  const byProvider = new Map<ProviderKey, JobRecord[]>();
  for (const job of found.jobs) byProvider.set(job.provider, [...(byProvider.get(job.provider) ?? []), job]);
  await Promise.all(
    [...byProvider].map(async ([key, jobs]) => {
      const provider = caller.read.providers.get(key);
      if (provider === null) return;
      if (bulk.dryRun) {
        for (const record of jobs) {
          const against = objection('CANCEL', record, provider, caller.read.viewer, null);
          progress(record, against === null ? { record, outcome: 'PLANNED', error: null } : { record, outcome: against === 'ALREADY' ? 'ALREADY' : 'REFUSED', error: against === 'ALREADY' ? null : against }); // prettier-ignore
        }
        return;
      }
      const request = { action: 'CANCEL', kind: 'job', expectedRevision: null, reason: bulk.reason } as const;
      const byKey = new Map(jobs.map((job) => [job.key, job]));
      await actor.take(request, provider, jobs, { ...caller, read }, (ref, { outcome, record, error }) => {
        const job = byKey.get(ref.key);
        if (job !== undefined) progress(job, { record: record ?? job, outcome, error });
      });
    }),
  );
  const items = found.jobs.map((job) => outcomes.get(job)).filter((item) => item !== undefined);
  return { bulkId, items, sources: found.sources, more: found.more };
}
