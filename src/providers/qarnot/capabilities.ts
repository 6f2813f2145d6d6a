import type { Capabilities } from '../provider.ts';
import { CHUNK } from './job-tasks.ts';
import type { QarnotSettings } from './settings.ts';

/** What a Qarnot connection can do, and what its API can never tell. */
export function capabilitiesOf(settings: QarnotSettings): Capabilities {
  const nodes = settings.poolsAsNodes;
  return {
    kinds: nodes
      ? ['job', 'task', 'execution', 'computeNode', 'project']
      : ['job', 'task', 'execution', 'project'],
    filters: {
      job: ['origins', 'jobKinds', 'namePrefix', 'createdFrom', 'createdBefore'],
      task: ['states', 'projects', 'namePrefix', 'createdFrom', 'createdBefore'],
      execution: ['createdFrom', 'createdBefore'],
    },
    logs: 'SNAPSHOT',
    changes: 'DELTA',
    // Only of in-pool tasks is a place told, and then the pool as a whole, never the slot.
    executionNode: false,
    exitCode: false,
    cost: false,
    batch: {
      job: CHUNK,
      task: CHUNK,
      execution: CHUNK,
      ...(nodes ? { computeNode: CHUNK } : {}),
      project: 1000,
    },
    neverFilled: [
      'Job.priority',
      'Job.startedAt',
      'Task.startedAt',
      'Task.timeoutMs',
      'Execution.startedAt',
      'Execution.exitCode',
      'Execution.signal',
      'Execution.output',
      'ComputeNodeResources.allocated',
      'ComputeNodeResources.available',
      'ComputeNode.gpus',
      'ComputeNode.runningExecutions',
      'ComputeNode.queuedExecutions',
      'Project.parent',
    ],
  };
}
