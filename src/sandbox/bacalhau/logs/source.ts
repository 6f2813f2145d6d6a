/** Which execution's log a request means, and whether its node can give it. Throws the refusals of the wire. */
import type { SimExecution } from '../../world/types.ts';
import type { Scope } from '../installation.ts';
import type { PlacedExecution } from '../jobs/execution-changes.ts';
import { isTerminalExecution, lastChange } from '../jobs/execution-changes.ts';
import { executionsOf } from '../jobs/executions.ts';
import { findJob } from '../jobs/lookup.ts';
import { viewRunOutput } from '../jobs/run-output.ts';
import { chosenVersion } from '../jobs/version-choice.ts';
import { specOf } from '../jobs/world-spec.ts';
import { wireExecutionId, wireJobId } from '../wire/ids.ts';
import type { Query } from '../wire/query.ts';
import { jobStoreError, Refusal } from '../wire/refusal.ts';
import type { Chunk } from './frames.ts';
import { recordedChunks } from './frames.ts';

export interface LogSource {
  readonly execution: SimExecution;
  /** False for engines that write no log for the reader to find: with wasm none ever comes (seen on 1.9.3). */
  readonly isLogged: boolean;
  /** What stands in for the log of an execution that ended, before 1.8; null when the node is to be asked. */
  readonly recorded: readonly Chunk[] | null;
}

/** Logs of several executions are never merged; without an id it is the latest that did not go wrong. */
export function logSource(scope: Scope, idOrName: string, query: Query): LogSource {
  const asked = query.unsigned('job_version', 64);
  const job = findJob(scope, idOrName, query.text('namespace'));
  const id = wireJobId(job.id);
  const executions = executionsOf(scope, job, chosenVersion(scope, job, query));
  const { logFiles } = scope.release;
  if (executions.length === 0) {
    const which = logFiles ? `${job.name} with ID ${id}, and version ${asked}` : id;
    throw cannotOpen(id, `no executions found for job ${which}`);
  }
  const wanted = query.text('execution_id');
  const placed =
    wanted === ''
      ? latestHealthy(executions)
      : executions.find(({ execution }) => wireExecutionId(execution.id) === wanted);
  if (placed === undefined) {
    const where = logFiles ? `${id} and job version ${asked || job.version}` : id;
    throw cannotOpen(id, `unable to find execution ${wanted} in job ${where}`);
  }
  const { execution } = placed;
  if (!logFiles && isTerminalExecution(lastChange(placed))) {
    return { execution, isLogged: true, recorded: recordedChunks(viewRunOutput(scope, job, placed)) };
  }
  const node = scope.site.nodes.get(execution.nodeId ?? '');
  if (node?.up !== true) {
    const shape = { status: 500, code: 'InternalError', component: 'LogStream' };
    throw new Refusal('nats: no responders available for request', shape);
  }
  const engine = specOf(scope, job, execution.version).Tasks[0]?.Engine.Type.toLowerCase();
  return { execution, isLogged: !logFiles || engine !== 'wasm', recorded: null };
}

/** Whether the node has the log now: it comes with the program's start, and goes some time after its end. */
export function hasLog(scope: Scope, { execution, isLogged }: LogSource): boolean {
  if (!isLogged || execution.startedAt === null) return false;
  const { endedAt } = execution;
  return endedAt === null || scope.world.clock.now() - endedAt <= scope.logs.retentionMs;
}

function cannotOpen(jobId: string, problem: string): Refusal {
  return jobStoreError('NotFound', `failed to open log stream for job ${jobId}: ${problem}`);
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
