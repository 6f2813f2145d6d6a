/** DELETE /jobs/{id} stops a job; PUT /jobs/{id}/rerun opens a new version of it. */
import type { SimJob } from '../../world/types.ts';
import type { Exchange, Reply } from '../exchange.ts';
import { wireJobId } from '../wire/ids.ts';
import { jobStoreError, Refusal, uncoded } from '../wire/refusal.ts';
import { findJob } from './lookup.ts';
import { isTerminal, jobStateOf } from './transitions.ts';
import { worldJobOf } from './world-job.ts';
import { specOf } from './world-spec.ts';

/** The reason is read from the body only; the body's namespace overrides the query's. */
export function stopJob(exchange: Exchange): Reply {
  const { scope, query, parameters } = exchange;
  const body = exchange.body();
  const reason = body.string('reason');
  const namespace = body.string('Namespace') || query.text('namespace');
  scope.writes.take();
  const job = findJob(scope, parameters['id'] ?? '', namespace);
  const state = jobStateOf(job);
  if (state === 'Stopped') return { body: { EvaluationID: '' } };
  if (state === 'Completed') throw uncoded('cannot stop job in state Completed');
  if (isTerminal(state)) {
    throw jobStoreError(
      'ConflictJobState',
      `job ${wireJobId(job.id)} is in terminal state ${state} and cannot transition to Stopped`,
    );
  }
  scope.site.stop(job.id, reason);
  return { body: { EvaluationID: scope.newUuid() } };
}

/** Opens a version with the spec of the chosen one. The body's `Reason` is read and dropped; no body will do. */
export function rerunJob(exchange: Exchange): Reply {
  const { scope, parameters } = exchange;
  const body = exchange.body();
  body.string('Reason');
  const asked = body.integer('JobVersion') ?? 0;
  scope.writes.take();
  const job = rerunnable(exchange, parameters['id'] ?? '', body.string('Namespace'));
  const version = asked === 0 ? job.version : asked;
  if (version < 1 || version > job.version) {
    scope.writes.leak();
    throw jobStoreError('BadRequest', `job version ${version} not found for job ${wireJobId(job.id)}`);
  }
  const state = jobStateOf(job);
  if (state === 'Pending' || state === 'Queued') {
    throw uncoded(
      `cannot rerun job in state ${state}`,
      'try to use the job run command instead of the job rerun command',
    );
  }
  const spec = specOf(scope, job, version);
  const known = scope.ledger.spec(job.id, version) !== undefined;
  const EvaluationID = scope.newUuid();
  scope.ledger.open(job.id, job.version + 1, spec, 'rerun', EvaluationID);
  // A job of the world keeps its own fate; a client's follows from the chosen version's command.
  const worldJob = known ? worldJobOf(scope, spec, job.owner) : undefined;
  scope.site.rerun(job.id, 'Job rerun requested', worldJob);
  return {
    body: {
      EvaluationID,
      JobID: wireJobId(job.id),
      JobVersion: job.version,
      Warnings: null,
    },
  };
}

/** A job that is not there is a bad request here, not a 404. */
function rerunnable({ scope }: Exchange, id: string, namespace: string): SimJob {
  try {
    return findJob(scope, id, namespace);
  } catch (error) {
    if (error instanceof Refusal && error.shape.status === 404) {
      scope.writes.leak();
      throw jobStoreError('BadRequest', error.message);
    }
    throw error;
  }
}
