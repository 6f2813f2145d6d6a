import type { NativeKey } from '../../../model/ids.ts';
import type {
  ComputeNodeRecord,
  ExecutionRecord,
  JobRecord,
  RecordOfKind,
  TaskRecord,
} from '../../../model/records.ts';
import type { EpochMs } from '../../../model/time.ts';
import type { CallContext } from '../../../upstream/types.ts';
import type { AdapterDeps, DroppedRows } from '../../provider.ts';
import { RowReader } from '../../reading.ts';
import type { ResearcherApi } from './api.ts';
import { jobRecord } from './map-job.ts';

/** Everything the service tells of work, in one answer. */
export interface Everything {
  readonly jobs: readonly JobRecord[];
  readonly dropped: DroppedRows;
  readonly observedAt: EpochMs;
}

export async function readEverything(
  api: ResearcherApi,
  provider: AdapterDeps<unknown>['provider'],
  ctx: CallContext,
): Promise<Everything> {
  const { rows, receivedAt } = await api.jobs(ctx);
  const reader = new RowReader();
  const jobs = new Map<NativeKey, JobRecord>();
  for (const job of reader.read(rows, (wire) => jobRecord(provider, wire, receivedAt)))
    jobs.set(job.key, job);
  return { jobs: [...jobs.values()], dropped: reader.dropped, observedAt: receivedAt };
}

export type KindInJobs = 'job' | 'task' | 'execution' | 'computeNode';

/** How records of each kind are cut out of the jobs. */
export const CUT: { readonly [K in KindInJobs]: (jobs: readonly JobRecord[]) => RecordOfKind[K][] } = {
  job: (jobs) => [...jobs],
  task: tasksIn,
  execution: executionsIn,
  computeNode: nodesIn,
};

export function tasksIn(jobs: readonly JobRecord[]): TaskRecord[] {
  return jobs.flatMap((job) => job.tasks ?? []);
}

export function executionsIn(jobs: readonly JobRecord[]): ExecutionRecord[] {
  return tasksIn(jobs).flatMap((task) => task.executions ?? []);
}

const NOTHING_SAID = { cpuMillis: null, memoryBytes: null, diskBytes: null, gpuMillis: null } as const;

/** The nodes that jobs run on now, by name. There may be others, and nothing but the name is told of any. */
function nodesIn(jobs: readonly JobRecord[]): ComputeNodeRecord[] {
  const nodes = new Map<NativeKey, ComputeNodeRecord>();
  for (const { nodeKey, provider, observedAt, status } of executionsIn(jobs)) {
    if (nodeKey === null) continue;
    const running = (nodes.get(nodeKey)?.runningExecutions ?? 0) + (status.state === 'RUNNING' ? 1 : 0);
    nodes.set(nodeKey, {
      kind: 'computeNode',
      provider,
      key: nodeKey,
      nativeRef: { type: 'node', id: nodeKey },
      name: nodeKey,
      observedAt,
      nodeKind: 'MACHINE',
      parentKey: null,
      projectKey: null,
      status: {
        state: 'UNKNOWN',
        message: 'Only that jobs run on it is told.',
        raw: { value: nodeKey, detail: null, field: 'nodes' },
        since: null,
      },
      createdAt: null,
      capacity: NOTHING_SAID,
      allocated: NOTHING_SAID,
      available: NOTHING_SAID,
      gpus: [],
      labels: [],
      cpuModel: null,
      runningExecutions: running,
      queuedExecutions: null,
    });
  }
  return [...nodes.values()];
}
