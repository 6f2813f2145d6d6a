import { GridweaveError } from '../../../model/errors.ts';
import type { CallContext } from '../../../upstream/types.ts';
import { textOf } from '../../reading.ts';
import type { Connection } from '../connection.ts';
import { tasksOfJobUuids } from '../job-tasks.ts';
import { jobRowsByUuid } from '../lookup.ts';
import { jobRecord } from '../map-job.ts';
import { taskRecord } from '../map-task.ts';
import { settingFor } from '../task-setting.ts';
import { guidOf } from '../wire.ts';
import type { JobOfTask } from './created.ts';

/** A Qarnot job that is about to be given a task. */
export interface JoinedJob {
  /** Whether it runs in a pool, which brings the profile of its tasks. */
  readonly inPool: boolean;
  /** The job with one more task in it. */
  readonly with: JobOfTask;
}

/** Reads the job before anything is sent: what comes after a create must not fail. */
export async function readJoinedJob(
  connection: Connection,
  jobUuid: string,
  ctx: CallContext,
): Promise<JoinedJob> {
  const { provider } = connection;
  const [rows, owned] = await Promise.all([
    jobRowsByUuid(connection, [jobUuid], ctx),
    tasksOfJobUuids(connection, [jobUuid], ctx),
  ]);
  const row = [...rows.values()][0];
  if (row === undefined) {
    throw new GridweaveError('NOT_FOUND', `Provider "${provider}" has no job ${jobUuid}.`, {
      provider,
      field: 'extensions.qarnot.jobUuid',
    });
  }
  const tasks = [...owned.byJob.values()][0] ?? null;
  const setting = await settingFor(connection, tasks ?? [], ctx);
  const held = tasks?.map((task) => taskRecord(task, setting)) ?? null;
  return {
    inPool: guidOf(textOf(row.wire['poolUuid'])) !== null,
    with: (task) => jobRecord(provider, row, held === null ? null : [...held, task]),
  };
}
