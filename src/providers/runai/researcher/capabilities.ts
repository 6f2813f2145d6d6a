import type { Capabilities } from '../../provider.ts';

/** One call brings everything, so any number of keys costs the same. */
const ALL_AT_ONCE = 100_000;

/** What the Researcher service can do, and what its API can never tell. It filters nothing and has no pages. */
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
