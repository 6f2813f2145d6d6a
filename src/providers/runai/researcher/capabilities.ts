import type { Capabilities } from '../../provider.ts';

/** One call brings everything, so any number of keys costs the same. */
const ALL_AT_ONCE = 100_000;

/**
 * What the Researcher service can do, and what its API can never tell. It filters nothing and has no pages.
 *
 * This adapter only reads. The service can be submitted to and deleted from, but too little of it is known to do either
 * honestly: which words `type` takes, what a refused submission is answered with, and whether a second job of the same
 * name is refused are all undocumented; a job takes no label that a submission could be recognised by; and what is
 * deleted leaves no record. Suspending was never part of its API. Its vendor has it replaced by the control plane.
 */
export const RESEARCHER_CAPABILITIES: Capabilities = {
  kinds: ['job', 'task', 'execution', 'computeNode', 'project'],
  filters: {},
  logs: 'NONE',
  changes: 'SWEEP',
  executionNode: true,
  exitCode: false,
  cost: false,
  batch: {
    job: ALL_AT_ONCE,
    task: ALL_AT_ONCE,
    execution: ALL_AT_ONCE,
    computeNode: ALL_AT_ONCE,
    project: ALL_AT_ONCE,
  },
  neverFilled: [
    'Job.priority',
    'Job.startedAt',
    'Job.endedAt',
    'Task.startedAt',
    'Task.endedAt',
    'Task.timeoutMs',
    'Execution.startedAt',
    'Execution.endedAt',
    'Execution.exitCode',
    'Execution.signal',
    'Execution.output',
    'ComputeNodeResources.capacity',
    'ComputeNodeResources.allocated',
    'ComputeNodeResources.available',
    'ComputeNode.gpus',
    'ComputeNode.cpuModel',
    'ComputeNode.queuedExecutions',
    'Project.parent',
  ],
};
