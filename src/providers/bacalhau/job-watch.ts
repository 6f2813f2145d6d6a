import type { JobRecord } from '../../model/records.ts';
import { isTerminal } from '../../model/state.ts';
import type { EpochMs } from '../../model/time.ts';
import { isFinished, type JobExecutions } from './finished.ts';

/** A job that ended so long before the newest change has executions that will not end any more. */
const GIVE_UP_MS = 600_000;
/** How long a job is left alone whose executions were the same so many times in a row; the last one from then on. */
const REST_MS = [0, 0, 1000, 2000, 5000] as const;

/** A job whose executions may still change. */
export interface Watched {
  readonly job: JobRecord;
  /** When its executions were last read, by the gateway's clock; -1 when they must be. */
  readonly readAt: number;
  /** The job's generation then; 0 before. */
  readonly readGeneration: number;
  /** Executions of an older generation had not ended then. */
  readonly olderOpen: boolean;
  /** Ids and revisions of the executions then, and how often they have been just these. */
  readonly content: string;
  readonly same: number;
}

/**
 * Which jobs must be asked for their executions: those that changed, and those that have not ended, as executions
 * change without their job. What keeps still is asked less often, up to every five seconds.
 */
export class JobWatch {
  readonly #jobs = new Map<string, Watched>();

  /** A job's row was read: it changed, or has not ended. */
  notice(job: JobRecord): void {
    const known = this.#jobs.get(job.key);
    if (known !== undefined && sameRevision(known.job, job)) {
      this.#jobs.set(job.key, { ...known, job });
      return;
    }
    const { readGeneration = 0, olderOpen = false, content = '' } = known ?? {};
    this.#jobs.set(job.key, { job, readAt: -1, readGeneration, olderOpen, content, same: 0 });
  }

  /** Jobs whose turn it is, the longest unread first, and among equals those that still live. */
  due(now: EpochMs): Watched[] {
    return [...this.#jobs.values()]
      .filter(({ readAt, same }) => readAt < 0 || now - readAt >= restOf(same))
      .sort(
        (a, b) =>
          a.readAt - b.readAt ||
          Number(isTerminal(a.job.status.state)) - Number(isTerminal(b.job.status.state)),
      );
  }

  /** The executions of a job were read; of a job that ended with all of them, no more is to be seen. */
  took(job: JobRecord, work: JobExecutions, now: EpochMs): void {
    if (isFinished({ job, records: work.records })) {
      this.#jobs.delete(job.key);
      return;
    }
    const content = work.records.map(({ key, revision }) => `${key} ${String(revision)}`).join();
    const known = this.#jobs.get(job.key);
    this.#jobs.set(job.key, {
      job,
      readAt: now,
      readGeneration: work.job.generation,
      olderOpen: work.records.some(
        ({ generation, status }) => generation < work.job.generation && !isTerminal(status.state),
      ),
      content,
      same: known?.content === content ? known.same + 1 : 0,
    });
  }

  forget(key: string): void {
    this.#jobs.delete(key);
  }

  /** Forgets jobs whose last executions never came to an end, and will not. */
  giveUp(newest: EpochMs): void {
    for (const [key, { job, readAt }] of this.#jobs) {
      if (readAt >= 0 && job.endedAt !== null && newest - job.endedAt > GIVE_UP_MS) this.#jobs.delete(key);
    }
  }
}

function restOf(same: number): number {
  return REST_MS[Math.min(same, REST_MS.length - 1)] ?? 0;
}

export function sameRevision(a: JobRecord, b: JobRecord): boolean {
  return a.generation === b.generation && a.revision === b.revision;
}
