import { GridweaveError } from '../../../model/errors.ts';
import type { JobRecord } from '../../../model/records.ts';
import { path } from '../../../upstream/path.ts';
import type { CallContext, UpstreamResponse } from '../../../upstream/types.ts';
import type { SubmissionStamp, SubmitAnswer, SubmitRequest } from '../../acting.ts';
import { textOf, wireOf } from '../../reading.ts';
import type { BacalhauApi } from '../api.ts';
import { complaintOf, type Complaint } from '../errors.ts';
import type { BacalhauExtension } from '../extension.ts';
import { isId } from '../keys.ts';
import { mapJob } from '../map-job.ts';
import { submissionBody, type JobToSend } from './job-to-send.ts';
import { isSuccess, noSuccess, notTried, unanswered } from './outcome.ts';
import { isSince, releaseOf, UNIQUE_NAMES, type Release } from './release.ts';
import { translate } from './translate.ts';
import { warningsOf } from './warnings.ts';

/** One create. What the server's version decides is judged once more: it may be known only now. */
export async function submitJob(
  api: BacalhauApi,
  request: SubmitRequest,
  stamp: SubmissionStamp,
  ctx: CallContext,
): Promise<SubmitAnswer> {
  if (api.actingVersion === null && dependsOnVersion(request)) {
    try {
      await api.agentVersion(ctx);
    } catch (error) {
      return notTried(error);
    }
    if (api.actingVersion === null) return refused(api, 'The server does not tell its version, on which this job depends: set assumeVersion in the configuration.'); // prettier-ignore
  }
  const release = releaseOf(api.actingVersion);
  const { verdicts, job } = translate(request, stamp, release);
  const objection = verdicts.find(({ verdict }) => verdict === 'REFUSED');
  if (objection !== undefined) return refused(api, objection.reason ?? '', objection.path.join('.'));
  const hidden = request.spec.env.map(({ value }) => value);
  let response: UpstreamResponse;
  try {
    response = await api.write(
      { method: 'PUT', path: path`/api/v1/orchestrator/jobs`, body: submissionBody(job) },
      (complaint) => isSame(complaint) || isRefusal(complaint),
      ctx,
    );
  } catch (error) {
    return unanswered(error);
  }
  if (isSuccess(response)) return created(api, response, job, hidden, releaseOf(api.actingVersion));
  if (isThereAlready(response.status, complaintOf(response.body))) return { outcome: 'EXISTS' };
  return noSuccess(response, api.provider, isRefusal, hidden);
}

/** What an older server would take and not understand. */
function dependsOnVersion({ spec, extension }: SubmitRequest): boolean {
  const { wasm, network, publisher }: BacalhauExtension = extension ?? {};
  return spec.secretEnv.length > 0 || wasm != null || network != null || publisher?.type === 'S3_MANAGED';
}

function refused(api: BacalhauApi, message: string, field?: string): SubmitAnswer {
  const details = { provider: api.provider, ...(field === undefined ? {} : { field }) };
  return { outcome: 'REFUSED', error: new GridweaveError('UNSUPPORTED_FIELD', message, details) };
}

/** The same job was sent again, or a second time at once (1.8 and later). */
function isThereAlready(status: number, complaint: Complaint): boolean {
  if (status === 409) return complaint.code === 'ResourceInUse';
  return status === 500 && isSame(complaint);
}

function isSame({ message }: Complaint): boolean {
  return (message ?? '').startsWith('no changes detected');
}

/**
 * Faults that come before anything is written: the authoriser could not read the request, or the name is ambiguous.
 * Everything else within the server may have happened after.
 */
function isRefusal({ code, component }: Complaint): boolean {
  return component === 'Authorizer' || code === 'MultipleJobIDsForSameNameFound';
}

function created(
  api: BacalhauApi,
  response: UpstreamResponse,
  job: JobToSend,
  hidden: readonly string[],
  release: Release,
): SubmitAnswer {
  const { JobID, Warnings } = wireOf(response.body);
  const id = textOf(JobID);
  if (id === null || !isId(id)) {
    const message = `Provider "${api.provider}" answered a submission without the id of a job.`;
    const error = new GridweaveError('PROVIDER_PROTOCOL', message, { provider: api.provider });
    return { outcome: 'UNKNOWN', error };
  }
  return {
    outcome: 'CREATED',
    records: [recordOf(api, id, job, response, release)],
    memo: null,
    warnings: warningsOf(Warnings, hidden),
  };
}

/** The job as the server would show it now, read like any of its rows. Its times are the answer's. */
function recordOf(
  { provider }: BacalhauApi,
  id: string,
  job: JobToSend,
  { receivedAt }: UpstreamResponse,
  release: Release,
): JobRecord {
  const nanos = `${String(receivedAt)}000000`;
  return mapJob(
    {
      Priority: 0,
      ...job,
      ID: id,
      State: { StateType: 'Pending' },
      Version: isSince(release, UNIQUE_NAMES) ? 1 : 0,
      Revision: 1,
      CreateTime: nanos,
      ModifyTime: nanos,
    },
    { provider, observedAt: receivedAt },
  );
}
