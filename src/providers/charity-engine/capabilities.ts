import type { Capabilities } from '../provider.ts';

/** What is told of jobs without asking the service: these filters leave jobs out before a call is made for them. */
export const JOB_FILTERS = [
  'projects',
  'jobKinds',
  'origins',
  'namePrefix',
  'createdFrom',
  'createdBefore',
] as const;
export const TASK_FILTERS = ['projects', 'namePrefix', 'createdFrom', 'createdBefore'] as const;
export const EXECUTION_FILTERS = ['createdFrom', 'createdBefore'] as const;

/** What a Charity Engine connection can do. There are no nodes: the hosts are volunteers' machines, and not told. */
export function capabilitiesOf(idsPerStatus: number): Capabilities {
  return {
    kinds: ['job', 'task', 'execution', 'project'],
    filters: { job: JOB_FILTERS, task: TASK_FILTERS, execution: EXECUTION_FILTERS },
    logs: 'SNAPSHOT',
    changes: 'DELTA',
    executionNode: false,
    exitCode: false,
    cost: false,
    batch: { job: idsPerStatus, task: idsPerStatus, execution: idsPerStatus, project: 1_000 },
    imports: true,
    neverFilled: [
      'Job.priority',
      'Job.startedAt',
      'Job.endedAt',
      'Task.startedAt',
      'Task.endedAt',
      'Execution.node',
      'Execution.startedAt',
      'Execution.endedAt',
      'Execution.exitCode',
      'Execution.signal',
      'Execution.output',
      'Project.description',
      'Project.parent',
      'Project.quota',
    ],
  };
}
