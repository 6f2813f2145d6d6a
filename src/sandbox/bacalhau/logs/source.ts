/** Which execution's log a request means, and whether its node can still give it. Throws the refusals of the wire. */
import type { SimExecution } from '../../world/types.ts';
import type { Scope } from '../installation.ts';
import type { PlacedExecution } from '../jobs/execution-changes.ts';
import { lastChange } from '../jobs/execution-changes.ts';
import { executionsOf } from '../jobs/executions.ts';
import { findJob } from '../jobs/lookup.ts';
import { chosenVersion } from '../jobs/version-choice.ts';
import { wireExecutionId, wireJobId } from '../wire/ids.ts';
import type { Query } from '../wire/query.ts';
import { jobStoreError, Refusal } from '../wire/refusal.ts';

/** Logs of several executions are never merged; without an id it is the latest that did not go wrong. */
export function logSource(scope: Scope, idOrName: string, query: Query): SimExecution {
  const job = findJob(scope, idOrName, query.text('namespace'));
  const executions = executionsOf(scope, job, chosenVersion(scope, job, query));
  const wanted = query.text('execution_id');
  if (executions.length === 0) {
    throw jobStoreError('NotFound', `no executions found for job ${wireJobId(job.id)}`);
  }
  const placed =
    wanted === ''
      ? latestHealthy(executions)
      : executions.find(({ execution }) => wireExecutionId(execution.id) === wanted);
  if (placed === undefined) {
    const message =
      wanted === ''
        ? `no executions found for job ${wireJobId(job.id)} that can be read`
        : `execution not found: ${wanted}`;
    throw jobStoreError('NotFound', message);
  }
  assertReadable(scope, placed.execution);
  return placed.execution;
}

function latestHealthy(executions: readonly PlacedExecution[]): PlacedExecution | undefined {
  let latest: PlacedExecution | undefined;
  for (const placed of executions) {
    const { state, at } = lastChange(placed);
    if (state === 'Failed' || state === 'Cancelled') continue;
    if (latest === undefined || at >= lastChange(latest).at) latest = placed;
  }
  return latest;
}

/** Logs live on the node, and for a while only. A real reader waits a minute for the missing file; this one does not. */
function assertReadable(scope: Scope, execution: SimExecution): void {
  const node = scope.site.nodes.get(execution.nodeId ?? '');
  if (node?.up !== true) throw unreadable('nats: no responders available for request');
  if (execution.endedAt !== null && scope.nowMs - execution.endedAt > scope.logRetentionMs) {
    throw unreadable('timeout while waiting for execution logs');
  }
}

function unreadable(message: string): Refusal {
  return new Refusal(message, { status: 500, code: 'InternalError', component: 'LogStream' });
}
