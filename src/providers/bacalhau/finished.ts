import { LRUCache } from 'lru-cache';
import type { ExecutionRecord, JobRecord } from '../../model/records.ts';
import { isTerminal } from '../../model/state.ts';
import type { Clock, EpochMs } from '../../model/time.ts';
import type { DroppedRows } from '../provider.ts';
import type { Dialect } from './versions.ts';

/** A job with the executions of its latest version. */
export interface JobExecutions {
  readonly job: JobRecord;
  readonly records: readonly ExecutionRecord[];
  /** How the server spoke that told of them. */
  readonly dialect: Dialect;
  readonly dropped: DroppedRows;
  readonly observedAt: EpochMs;
}

/** How long ago somebody must have seen that a job has not been run again since. */
const CONFIRMED_WITHIN_MS = 30_000;
const MAX_RECORDS = 20_000;

interface Entry {
  readonly work: JobExecutions;
  confirmedAt: number;
}

/**
 * Executions of finished jobs, which need not be asked for again. A finished job may still be run again (1.8+), which
 * only its own row tells: an entry counts while the job's row, as the lists and lookups pass by, keeps confirming it.
 */
export class FinishedWork {
  readonly #clock: Clock;
  readonly #entries = new LRUCache<string, Entry>({
    maxSize: MAX_RECORDS,
    sizeCalculation: (entry) => 1 + entry.work.records.length,
  });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A job's row went by: it confirms what is kept of that job, or ends it. */
  confirm(fingerprint: string, job: JobRecord): void {
    const key = keyOf(fingerprint, job.key);
    const entry = this.#entries.peek(key);
    if (entry === undefined) return;
    const same = entry.work.job.generation === job.generation && entry.work.job.revision === job.revision;
    if (same) entry.confirmedAt = Math.max(entry.confirmedAt, job.observedAt);
    else if (job.observedAt >= entry.work.observedAt) this.#entries.delete(key);
  }

  get(fingerprint: string, jobId: string): JobExecutions | null {
    const entry = this.#entries.get(keyOf(fingerprint, jobId));
    if (entry === undefined || this.#clock.now() - entry.confirmedAt > CONFIRMED_WITHIN_MS) return null;
    return entry.work;
  }

  /** Keeps what was read when nothing of it can change any more. */
  keep(fingerprint: string, work: JobExecutions): void {
    if (!isFinished(work) || work.dropped.count > 0) return;
    this.#entries.set(keyOf(fingerprint, work.job.key), { work, confirmedAt: work.observedAt });
  }
}

/** Whether neither the job nor any of its executions can change within this generation. */
export function isFinished({ job, records }: Pick<JobExecutions, 'job' | 'records'>): boolean {
  return isTerminal(job.status.state) && records.every((record) => isTerminal(record.status.state));
}

function keyOf(fingerprint: string, jobId: string): string {
  return `${fingerprint} ${jobId}`;
}
