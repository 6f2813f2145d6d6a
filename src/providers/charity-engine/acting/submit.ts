import { GridweaveError } from '../../../model/errors.ts';
import type { CallContext, Upstream } from '../../../upstream/types.ts';
import type { SubmissionStamp, SubmitAnswer, SubmitRequest } from '../../acting.ts';
import type { Connection } from '../connection.ts';
import { offContract } from '../errors.ts';
import { isJobId } from '../keys.ts';
import type { KnownJob } from '../known-jobs.ts';
import { createBody } from './create-body.ts';
import type { CreateCall } from './create-call.ts';
import { recordOf } from './known-record.ts';
import { memoOf } from './memo.ts';
import { translate } from './translation.ts';

/** Submits once, and keeps in mind what the service will not tell. */
export async function submit(
  connection: Connection,
  deps: { readonly call: CreateCall; readonly upstream: Upstream },
  request: SubmitRequest,
  stamp: SubmissionStamp,
  ctx: CallContext,
): Promise<SubmitAnswer> {
  const { provider, settings, known } = connection;
  const { job, verdicts } = translate(request, settings);
  if (job === null) {
    const { path = [], reason = null } = verdicts.firstRefusal ?? {};
    const error = new GridweaveError('UNSUPPORTED_FIELD', reason ?? 'Charity Engine cannot run this.', { provider, field: path.join('.') }); // prettier-ignore
    return { outcome: 'REFUSED', error };
  }
  const answer = await deps.call.send(createBody(job, stamp, settings), ctx);
  if (answer.outcome !== 'ACCEPTED') return answer;
  const ids = answer.ids.filter(isJobId);
  const [first] = ids;
  if (first === undefined) {
    return { outcome: 'UNKNOWN', error: offContract(provider, 'ids that no job can have', 200) };
  }
  const submitted = ids.map((id): KnownJob => ({
    id,
    knownAt: answer.receivedAt,
    source: 'SUBMITTED',
    name: request.spec.name,
    submittedWith: deps.upstream.fingerprint(ctx),
    cancelRequestedAt: null,
    spec: job.remembered,
    labels: request.spec.labels,
    stamp,
  }));
  known.add(submitted);
  // Who was told of a job by other means before has shown it with another time, which stays.
  const kept = submitted.map((one) => known.get(one.id) ?? one);
  const unusable = answer.ids.length - ids.length;
  return {
    outcome: 'CREATED',
    records: kept.map((one) => recordOf(connection, one, ctx)),
    memo: kept[0] === undefined ? null : memoOf(kept[0]),
    warnings: [
      ...(unusable > 0 ? [`${String(unusable)} of the ids that came back cannot be those of jobs.`] : []),
      ...(answer.ids.length === job.copies ? [] : [`${String(job.copies)} asked for, and ${String(answer.ids.length)} ids came back.`]), // prettier-ignore
    ],
  }; // prettier-ignore
}
