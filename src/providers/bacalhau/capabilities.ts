import type { Capabilities } from '../provider.ts';

/** What every supported version can do. */
export const CAPABILITIES: Capabilities = {
  kinds: ['job', 'task', 'execution', 'computeNode', 'project'],
  // One namespace, and label filters that its selector language can say; executions are filtered through their jobs.
  filters: {
    job: ['projects', 'labels'],
    task: ['projects', 'labels'],
    execution: ['projects', 'labels', 'jobKinds'],
    computeNode: [],
    project: [],
  },
  logs: 'SNAPSHOT',
  changes: 'DELTA',
  executionNode: true,
  exitCode: true,
  cost: false,
  batch: { job: 1, task: 1, execution: 1, computeNode: 10_000, project: 10_000 },
  neverFilled: [
    'ComputeNode.cpuModel',
    'ComputeNode.createdAt',
    'ComputeNode.parent',
    'ComputeNode.project',
    'Execution.signal',
    'Project.description',
    'Project.parent',
    'Project.quota',
  ],
};
