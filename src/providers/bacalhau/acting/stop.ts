import { GridweaveError } from '../../../model/errors.ts';
import { path } from '../../../upstream/path.ts';
import type { CallContext, UpstreamResponse } from '../../../upstream/types.ts';
import type { ActionAnswer, ActionTarget } from '../../acting.ts';
import { wireOf } from '../../reading.ts';
import type { BacalhauApi } from '../api.ts';
import type { Complaint } from '../errors.ts';
import { spelledAsByGo } from '../go-path.ts';
import { isId } from '../keys.ts';
import { isSuccess, noSuccess, recoded, unanswered } from './outcome.ts';

/**
 * Stops one job. It is Stopped at once, its executions shortly after. No namespace is sent: the id then means what it
 * meant to the call that read the record.
 */
export async function stopJob(
  api: BacalhauApi,
  { record, reason }: ActionTarget,
  ctx: CallContext,
): Promise<ActionAnswer> {
  const { key } = record;
  if (!isId(key)) return { outcome: 'REFUSED', error: api.notFound('job') };
  let response: UpstreamResponse;
  try {
    response = await api.write(
      {
        method: 'DELETE',
        path: spelledAsByGo(path`/api/v1/orchestrator/jobs/${key}`),
        // The only place where a reason is read; the documented query parameter is not.
        ...(reason === null ? {} : { body: { reason } }),
      },
      isRefusal,
      ctx,
    );
  } catch (error) {
    return departed(error);
  }
  if (isSuccess(response)) {
    // No evaluation is made for a job that was Stopped before.
    const wasStopped = wireOf(response.body)['EvaluationID'] === '';
    return wasStopped ? { outcome: 'ALREADY' } : { outcome: 'DONE', state: 'CANCELLED' };
  }
  const answer = noSuccess(response, api.provider, isRefusal);
  const { error } = answer;
  const isOver = answer.outcome === 'REFUSED' && response.status >= 500 && error.code !== 'NOT_FOUND';
  return isOver ? { outcome: 'REFUSED', error: recoded(error, 'INVALID_STATE') } : answer;
}

/** Completed and Failed are faults of the server by status (seen on 1.9.3); before 1.5 so is a job that is missing. */
function isRefusal({ code, message }: Complaint): boolean {
  if (code === 'ConflictJobState' || code === 'MultipleJobsFound') return true;
  return /\bcannot stop job in state\b|\bis in terminal state\b|\bjob not found\b|\bmultiple jobs found\b/i.test(
    message ?? '',
  );
}

/** Of many objects each has its own answer, also when the caller went or the operation has no calls left. */
function departed(error: unknown): ActionAnswer {
  if (!(error instanceof GridweaveError) || error.code === 'INTERNAL') throw error;
  if (error.code !== 'CANCELLED' && error.code !== 'CALL_BUDGET_EXCEEDED') return unanswered(error);
  const wasSent = error.code === 'CANCELLED' && error.details.sent !== false;
  return { outcome: wasSent ? 'UNKNOWN' : 'REFUSED', error };
}
