import { GridweaveError } from '../../../model/errors.ts';
import type { JobRecord } from '../../../model/records.ts';
import type { CallContext } from '../../../upstream/types.ts';
import type { ActionTarget, SubmissionStamp, SubmitAnswer } from '../../acting.ts';
import { isWire, listOf, textOf, wireOf, type Wire } from '../../reading.ts';
import { notFound, type Connection } from '../connection.ts';
import { taskRowsByUuid } from '../lookup.ts';
import type { TaskRow } from '../wire.ts';
import { allowedActions, taskToRerun } from './allowed.ts';
import { isRejection } from './answers.ts';
import { createdBy, ownJob } from './created.ts';
import { readJoinedJob } from './joined-job.ts';
import { stamped } from './stamp.ts';
import type { QarnotWrites } from './writes.ts';

/** What a clone has of its source: everything that says what to run, nothing of how that went. */
const INHERITED = [
  'name', 'profile', 'poolUuid', 'jobUuid', 'projectUuid', 'instanceCount', 'advancedRanges', 'constants', 'tags',
  'hardwareConstraints',
] as const; // prettier-ignore

/** Constants that say what runs. All others may be secrets. */
const SHOWN_CONSTANTS = new Set(['DOCKER_REPO', 'DOCKER_TAG', 'DOCKER_CMD']);

/**
 * Runs a task again: `clone` makes a new task with all instances of the old one. (`retry`, `resume` and `recover` take the
 * failed or the cancelled instances only.) The source is read first, because labels that are given replace its own.
 */
export async function rerunJob(
  connection: Connection,
  writes: QarnotWrites,
  { record }: ActionTarget<JobRecord>,
  stamp: SubmissionStamp,
  ctx: CallContext,
): Promise<SubmitAnswer> {
  const { provider } = connection;
  const uuid = taskToRerun(record);
  if (uuid === null) {
    const message = 'Qarnot runs tasks again, not jobs: this job does not hold exactly one.';
    return { outcome: 'REFUSED', error: new GridweaveError('UNSUPPORTED_OPERATION', message, { provider }) };
  }
  if (!allowedActions(record).includes('RERUN')) {
    const message = 'Only a job that has ended, and that Qarnot keeps open, can be run again.';
    return { outcome: 'REFUSED', error: new GridweaveError('INVALID_STATE', message, { provider }) };
  }
  let source: TaskRow | undefined;
  let jobOf = ownJob;
  try {
    source = (await taskRowsByUuid(connection, [uuid], ctx)).get(uuid);
    if (source === undefined) return { outcome: 'REFUSED', error: notFound(provider, record.key) };
    if (source.jobUuid !== null) jobOf = (await readJoinedJob(connection, source.jobUuid, ctx)).with;
  } catch (error) {
    if (!(error instanceof GridweaveError) || isRejection(error)) throw error;
    return { outcome: 'REFUSED', error };
  }
  const { wire } = source;
  const body = stamped(wireOf(wire['labels']), stamp);
  const inherited: Wire = Object.fromEntries(INHERITED.map((member) => [member, wire[member]]));
  return createdBy(
    connection,
    writes.clone(uuid, body, ctx),
    { ...inherited, ...body },
    secretsOf(wire),
    jobOf,
  );
}

function secretsOf(wire: Wire): string[] {
  return listOf(wire['constants'])
    .filter(isWire)
    .filter(({ key }) => !SHOWN_CONSTANTS.has(textOf(key) ?? ''))
    .map(({ value }) => textOf(value))
    .filter((value) => value !== null);
}
