import { GridweaveError } from '../../../model/errors.ts';
import type { JobRecord } from '../../../model/records.ts';
import { path } from '../../../upstream/path.ts';
import type { CallContext, UpstreamResponse } from '../../../upstream/types.ts';
import type { ActionTarget, SubmitAnswer } from '../../acting.ts';
import { countOf, textOf, wireOf } from '../../reading.ts';
import type { BacalhauApi } from '../api.ts';
import { complaintOf, type Complaint } from '../errors.ts';
import { readJob } from '../executions.ts';
import { spelledAsByGo } from '../go-path.ts';
import { isId } from '../keys.ts';
import { jobStatus } from '../map-job.ts';
import { isSuccess, noSuccess, notTried, recoded, unanswered } from './outcome.ts';
import { isBefore, releaseOf, UNIQUE_NAMES } from './release.ts';
import { warningsOf } from './warnings.ts';

/** The words of `State.StateType` from which a job can be run again. */
const RERUNNABLE: ReadonlySet<string> = new Set(['Running', 'Completed', 'Failed', 'Stopped']);
/** What the server makes itself. Anything else it takes for the beginning of an id, too. */
const WHOLE_ID = /^[a-z]-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function isRerunnable({ status }: JobRecord): boolean {
  return RERUNNABLE.has(status.raw.value);
}

/**
 * Opens a new version of a job with the specification of its latest; what ran of the old one is cancelled.
 *
 * A rerun of a job that is not there leaves the server's store locked until it is restarted (seen on 1.9.3): so only the
 * id of a job that was read a moment ago is sent, as a whole, and never a name or a version.
 */
export async function rerunJob(
  api: BacalhauApi,
  { record, reason }: ActionTarget<JobRecord>,
  ctx: CallContext,
): Promise<SubmitAnswer> {
  const { key } = record;
  if (isBefore(releaseOf(api.actingVersion), UNIQUE_NAMES)) return unsupported(api);
  if (!isId(key)) return { outcome: 'REFUSED', error: api.notFound('job') };
  if (!isRerunnable(record)) return tooEarly(api, record);
  if (!WHOLE_ID.test(key)) {
    try {
      const answer = await api.job(key, ctx, { freshnessMs: 0 });
      const now = readJob(answer.value.job, answer);
      if (!isRerunnable(now)) return tooEarly(api, now);
    } catch (error) {
      return notTried(error);
    }
  }
  let response: UpstreamResponse;
  try {
    response = await api.write(
      {
        method: 'PUT',
        path: spelledAsByGo(path`/api/v1/orchestrator/jobs/${key}/rerun`),
        // Read by the server and, in 1.9.3, dropped: the history always says "job rerun".
        body: reason === null ? {} : { Reason: reason },
      },
      isRefusal,
      ctx,
    );
  } catch (error) {
    return unanswered(error);
  }
  if (isSuccess(response)) return reopened(api, record, response);
  const answer = noSuccess(response, api.provider, isRefusal);
  if (answer.outcome === 'UNKNOWN') return answer;
  // Servers before 1.8 have no such path.
  if (response.status === 404) return unsupported(api);
  if (isMissing(complaintOf(response.body))) return { outcome: 'REFUSED', error: api.notFound('job') };
  const isState = response.status >= 500;
  return { outcome: 'REFUSED', error: isState ? recoded(answer.error, 'INVALID_STATE') : answer.error };
}

/** Refusals that are faults of the server by status: nothing is stored of what they answer. */
function isRefusal({ code, message }: Complaint): boolean {
  return code === 'ConflictJobState' || (message ?? '').startsWith('cannot rerun job in state');
}

/** A job that is not there is a bad request here, not a 404 (seen on 1.9.3). */
function isMissing({ code, message }: Complaint): boolean {
  return code === 'BadRequest' && /\bjob (?:version \d+ )?not found\b/.test(message ?? '');
}

function unsupported(api: BacalhauApi): SubmitAnswer {
  const message = `Provider "${api.provider}" runs jobs again from Bacalhau 1.8 on; it is older.`;
  const error = new GridweaveError('UNSUPPORTED_OPERATION', message, { provider: api.provider });
  return { outcome: 'REFUSED', error };
}

function tooEarly(api: BacalhauApi, { status }: JobRecord): SubmitAnswer {
  const message = `A job in state ${status.raw.value} cannot be run again: cancel it first, or wait until it runs.`;
  const error = new GridweaveError('INVALID_STATE', message, { provider: api.provider });
  return { outcome: 'REFUSED', error };
}

function reopened(api: BacalhauApi, record: JobRecord, response: UpstreamResponse): SubmitAnswer {
  const { JobID, JobVersion, Warnings } = wireOf(response.body);
  if (textOf(JobID) !== record.key) {
    const message = `Provider "${api.provider}" ran another job again than the one it was asked for.`;
    const error = new GridweaveError('PROVIDER_PROTOCOL', message, { provider: api.provider });
    return { outcome: 'UNKNOWN', error };
  }
  const generation = Math.max(countOf(JobVersion) ?? 0, record.generation + 1);
  return {
    outcome: 'CREATED',
    records: [newGeneration(record, generation, response)],
    memo: null,
    warnings: warningsOf(Warnings, []),
  };
}

/** The job as it is now: its state Pending once more, and nothing of the new version run yet. */
function newGeneration(
  record: JobRecord,
  generation: number,
  { receivedAt: observedAt }: UpstreamResponse,
): JobRecord {
  const status = jobStatus({
    State: { StateType: 'Pending', Message: 'job rerun' },
    ModifyTime: `${String(observedAt)}000000`,
  });
  // The revision runs on over versions (seen on 1.9.3).
  const afresh = { generation, revision: record.revision + 1, startedAt: null, endedAt: null, observedAt };
  return {
    ...record,
    ...afresh,
    status,
    tasks:
      record.tasks?.map((task) => ({
        ...task,
        ...afresh,
        status: { ...status, confidence: 'DERIVED' as const },
        executions: null,
      })) ?? null,
  };
}
