import type { Capabilities } from '../provider.ts';
import { MAX_PAGE } from './api.ts';
import type { RunaiSettings } from './settings.ts';

/**
 * What the control plane can do, and what its API can never tell. Of actions: cancelling deletes a workload, or suspends
 * it where the connection's `cancelBy` says so, because the API has no end of its own for work that was cancelled; what
 * exactly becomes of each action stands in `acting/acting.ts`.
 */
export function capabilitiesOf({ nodeTelemetry }: RunaiSettings): Capabilities {
  return {
    kinds: ['job', 'task', 'execution', 'computeNode', 'project'],
    filters: {
      job: ['states', 'projects', 'labels', 'namePrefix', 'createdFrom', 'createdBefore'],
      task: ['states', 'projects', 'labels', 'namePrefix', 'createdFrom', 'createdBefore'],
    },
    // The control plane keeps no container logs; those of a cluster's own API could not be described safely.
    logs: 'NONE',
    changes: 'DELTA',
    executionNode: true,
    exitCode: false,
    cost: false,
    batch: { job: 1, task: 1, execution: 1, computeNode: MAX_PAGE, project: MAX_PAGE },
    neverFilled: [
      'Job.startedAt',
      'Task.startedAt',
      'Task.timeoutMs',
      'Execution.exitCode',
      'Execution.signal',
      'Execution.output',
      'ComputeNode.cpuModel',
      'ComputeNode.runningExecutions',
      'ComputeNode.queuedExecutions',
      ...(nodeTelemetry ? [] : ['ComputeNodeResources.allocated', 'ComputeNodeResources.available']),
    ],
  };
}
