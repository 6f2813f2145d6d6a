import { GridweaveError } from '../../../model/errors.ts';
import type { ProviderKey } from '../../../model/ids.ts';
import type { CallContext } from '../../../upstream/types.ts';
import type { SubmissionStamp, SubmitAnswer, SubmitRequest } from '../../acting.ts';
import type { Connection } from '../connection.ts';
import { isRejection } from './answers.ts';
import { createdBy, ownJob } from './created.ts';
import { draftTask, type Draft } from './draft.ts';
import { readJoinedJob, type JoinedJob } from './joined-job.ts';
import { stamped } from './stamp.ts';
import type { QarnotWrites } from './writes.ts';

/** One create, sent once. A job that the task joins is read first. */
export async function submitTask(
  connection: Connection,
  writes: QarnotWrites,
  request: SubmitRequest,
  stamp: SubmissionStamp,
  ctx: CallContext,
): Promise<SubmitAnswer> {
  const draft = draftTask(request, connection.settings);
  const refused = draft.verdicts.all.find(({ verdict }) => verdict === 'REFUSED');
  if (refused !== undefined)
    return { outcome: 'REFUSED', error: new GridweaveError('UNSUPPORTED_FIELD', refused.reason ?? '', { provider: connection.provider, field: refused.path.join('.') }) }; // prettier-ignore
  let job: JoinedJob | null = null;
  try {
    const { jobUuid } = draft.body;
    job = jobUuid === undefined ? null : await readJoinedJob(connection, jobUuid, ctx);
  } catch (error) {
    if (!(error instanceof GridweaveError) || isRejection(error)) throw error;
    return { outcome: 'REFUSED', error };
  }
  const objection = job === null ? null : jobObjection(draft, job, connection.provider);
  if (objection !== null) return { outcome: 'REFUSED', error: objection };
  if (job?.inPool === true && draft.profileAssumed) delete draft.body.profile;
  const body = { ...draft.body, ...stamped(draft.body.labels ?? {}, stamp) };
  return createdBy(connection, writes.create(body, ctx), { ...body }, secretsOf(draft), job?.with ?? ownJob);
}

/** What only the job itself could tell: whether it has a pool, which brings the profile and the machines. */
function jobObjection({ body }: Draft, job: JoinedJob, provider: ProviderKey): GridweaveError | null {
  if (!job.inPool && body.profile === undefined) {
    const message = 'Nothing says what to run: the job has no pool. Give spec.image, spec.app or a profile.';
    return new GridweaveError('INVALID_ARGUMENT', message, { provider, field: 'spec.image' });
  }
  if (job.inPool && body.hardwareConstraints !== undefined) {
    const message = 'The job runs in a pool, which has its machines: leave spec.resources out.';
    return new GridweaveError('UNSUPPORTED_FIELD', message, { provider, field: 'spec.resources' });
  }
  return null;
}

function secretsOf({ spec, extension }: Draft): string[] {
  return [...spec.env, ...(extension.constants ?? [])].map(({ value }) => value);
}
