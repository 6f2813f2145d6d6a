import type { JobRecord } from '../../model/records.ts';
import type { CallContext } from '../../upstream/types.ts';
import type { DroppedRows } from '../provider.ts';
import { RowReader, wireOf } from '../reading.ts';
import type { BacalhauApi } from './api.ts';
import { mapJob } from './map-job.ts';
import { nanosOf, requiredNanos } from './wire.ts';

/** Jobs per page: few have usually changed, and all are wanted when everything is read. */
const CHANGED_PER_PAGE = 50;
const ALL_PER_PAGE = 200;
/** Jobs read at most by one sweep. */
export const MAX_SWEPT = 1000;

export interface SweptJob {
  readonly record: JobRecord;
  /** When its state or spec last changed, by the server's clock. */
  readonly modifiedNanos: bigint;
}

export interface Sweep {
  /** Most recently changed first, each job once. */
  readonly jobs: readonly SweptJob[];
  /** Everything down to the floor (or all there is) was read. */
  readonly whole: boolean;
  readonly dropped: DroppedRows;
}

/**
 * Reads the job list by change time, newest first, down to `floor` (null reads to the end).
 *
 * Pages of a list that changes may repeat jobs, never lose them: a job that changes while this goes on moves to the
 * front, with a change time after every one that was read, so the next sweep finds it.
 */
export async function sweepJobs(api: BacalhauApi, floor: bigint | null, ctx: CallContext): Promise<Sweep> {
  const reader = new RowReader();
  const jobs = new Map<string, SweptJob>();
  let nextToken: string | null = null;
  for (let read = 0; ;) {
    const answer = await api.jobs(
      {
        orderBy: 'modified_at',
        reverse: true,
        limit: floor === null ? ALL_PER_PAGE : CHANGED_PER_PAGE,
        nextToken,
      },
      ctx,
    );
    const rows = reader.read(answer.value.rows, (row): SweptJob => {
      const modifiedNanos = nanosOf(wireOf(row)['ModifyTime']) ?? requiredNanos(row, 'CreateTime');
      return { record: mapJob(row, answer), modifiedNanos };
    });
    let reached = false;
    for (const job of rows) {
      if (floor !== null && job.modifiedNanos < floor) reached = true;
      else if (!jobs.has(job.record.key)) jobs.set(job.record.key, job);
    }
    read += answer.value.rows.length;
    nextToken = answer.value.nextToken;
    const whole = reached || nextToken === null;
    if (whole || read >= MAX_SWEPT) return { jobs: [...jobs.values()], whole, dropped: reader.dropped };
  }
}
