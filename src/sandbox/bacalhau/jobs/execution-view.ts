/** An execution as the wire shows it: integers for states, and little of what the node knows. */
import { randomOf } from '../../world/prng.ts';
import type { SimJob } from '../../world/types.ts';
import type { Scope } from '../installation.ts';
import { wireExecutionId, wireJobId, wireNodeId } from '../wire/ids.ts';
import { executionNanos, skewed } from '../wire/nanos.ts';
import { executionStateNumber } from '../wire/release.ts';
import type { PlacedExecution } from './execution-changes.ts';
import { lastChange } from './execution-changes.ts';
import { viewJobSnapshot, viewSpecConfig } from './job-view.ts';
import { publishedResultOf } from './results.ts';
import { viewRunOutput } from './run-output.ts';

export function viewExecution(scope: Scope, job: SimJob, placed: PlacedExecution): unknown {
  const { release } = scope;
  const { execution, changes } = placed;
  const last = lastChange(placed);
  return {
    ID: wireExecutionId(execution.id),
    Namespace: job.team,
    EvalID: randomOf(scope.world.seed, 'bacalhau', 'evaluation', execution.id).uuid(),
    Name: '',
    NodeID: wireNodeId(execution.nodeId ?? ''),
    JobID: wireJobId(job.id),
    Job: viewJobSnapshot(scope, job, execution.version),
    JobVersion: release.versionedJobs ? execution.version : undefined,
    AllocatedResources: { Tasks: {} },
    DesiredState: { StateType: last.desired, Message: last.desiredMessage || undefined },
    ComputeState: {
      StateType: executionStateNumber(release, last.state),
      Message: last.message || undefined,
    },
    PublishedResult: viewSpecConfig(publishedResultOf(scope, job, execution)),
    RunOutput: viewRunOutput(scope, execution),
    PreviousExecution: '',
    NextExecution: '',
    FollowupEvalID: '',
    PartitionIndex: release.partitions && execution.index > 0 ? execution.index : undefined,
    Revision: last.revision,
    CreateTime: skewed(executionNanos(execution, changes[0]), scope.skewMs),
    ModifyTime: skewed(executionNanos(execution, last), scope.skewMs),
  };
}
