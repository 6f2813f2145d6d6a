/** An execution as the wire shows it: integers for states, and little of what the node knows. */
import { randomOf } from '../../world/prng.ts';
import type { SimExecution, SimJob } from '../../world/types.ts';
import type { Scope } from '../installation.ts';
import { wireExecutionId, wireJobId, wireNodeId } from '../wire/ids.ts';
import { executionNanos, skewed } from '../wire/nanos.ts';
import { executionStateNumber } from '../wire/release.ts';
import type { PlacedExecution } from './execution-changes.ts';
import { lastChange } from './execution-changes.ts';
import { viewJobSnapshot, viewSpecConfig } from './job-view.ts';
import { publishedResultOf } from './results.ts';
import { viewRunOutput } from './run-output.ts';
import { runsEverywhere } from './transitions.ts';

export function viewExecution(scope: Scope, job: SimJob, placed: PlacedExecution): unknown {
  const { release } = scope;
  const { execution, changes } = placed;
  const last = lastChange(placed);
  return {
    ID: wireExecutionId(execution.id),
    Namespace: job.team,
    EvalID: evaluationIdOf(scope, execution),
    Name: '',
    NodeID: wireNodeId(execution.nodeId ?? ''),
    JobID: wireJobId(job.id),
    Job: viewJobSnapshot(scope, job, execution, changes[0].eventSeq),
    JobVersion: release.versionedJobs ? execution.version : undefined,
    AllocatedResources: { Tasks: {} },
    DesiredState: { StateType: last.desired, Message: last.desiredMessage || undefined },
    ComputeState: {
      StateType: executionStateNumber(release, last.state),
      Message: last.message || undefined,
    },
    PublishedResult: viewSpecConfig(publishedResultOf(scope, job, placed)),
    RunOutput: viewRunOutput(scope, job, placed),
    PreviousExecution: '',
    NextExecution: '',
    FollowupEvalID: '',
    PartitionIndex: release.partitions ? partitionOf(job, execution) : undefined,
    Revision: last.revision,
    CreateTime: skewed(executionNanos(execution, changes[0]), scope.skewMs),
    ModifyTime: skewed(executionNanos(execution, last), scope.skewMs),
  };
}

/** The first executions of a version come from the evaluation that its client was told; later ones do not. */
function evaluationIdOf(scope: Scope, execution: SimExecution): string {
  const told =
    execution.attempt === 1 ? scope.ledger.evaluationId(execution.jobId, execution.version) : undefined;
  return told ?? randomOf(scope.world.seed, 'bacalhau', 'evaluation', execution.id).uuid();
}

/** Absent for the first partition, and where a job is not cut into any. */
function partitionOf(job: SimJob, { index }: SimExecution): number | undefined {
  return index === 0 || runsEverywhere(job) ? undefined : index;
}
