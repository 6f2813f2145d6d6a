import type { Upstreams } from './serve.ts';

/** How a subject gets JSON from an emulator. */
export type GetJson = (
  url: string,
  init?: { method: 'POST'; headers: Record<string, string>; body: string },
) => Promise<unknown>;

export interface Row {
  readonly id: string;
  readonly name: string;
  readonly provider: { readonly key: string };
  readonly createdAt: string;
  readonly status: { readonly state: string };
  readonly wire: Wire;
}

type Wire = Record<string, unknown>;

/** The newest 50 jobs of both providers, the way one would write it by hand: two providers, three calls, one sort. */
export async function newestRows(get: GetJson, at: Upstreams): Promise<Row[]> {
  const page = (path: string, maximumResults: number) =>
    get(`${at.qarnot}${path}`, {
      method: 'POST',
      headers: { authorization: at.qarnotToken, 'content-type': 'application/json' },
      body: JSON.stringify({ maximumResults, orderBy: 'creationDate', orderType: 'DESC' }),
    }) as Promise<{ data: Wire[] }>;
  const [jobs, tasks, list] = await Promise.all([
    page('/jobs/paginate', 60),
    page('/tasks/paginate', 250),
    get(`${at.bacalhau}/api/v1/orchestrator/jobs?limit=50&order_by=created_at&reverse=true`) as Promise<{
      Items: Wire[];
    }>,
  ]);
  const tasksOf = new Map<unknown, Wire[]>();
  for (const task of tasks.data)
    tasksOf.set(task['jobUuid'], [...(tasksOf.get(task['jobUuid']) ?? []), task]);
  const bare = tasks.data.filter((task) => task['jobUuid'] === null);
  const ofQarnot = [
    ...jobs.data.map((job) => ({ ...job, tasks: tasksOf.get(job['uuid']) ?? [] })),
    ...bare.map((task) => ({ ...task, tasks: [task] })),
  ];
  const rows = [
    ...ofQarnot.map((wire: Wire) =>
      rowOf('qarnot', wire, 'uuid', 'name', String(wire['state']), Date.parse(String(wire['creationDate']))),
    ),
    ...list.Items.map((wire) =>
      rowOf(
        'bacalhau',
        wire,
        'ID',
        'Name',
        (wire['State'] as { StateType: string }).StateType,
        Number(wire['CreateTime']) / 1e6,
      ),
    ),
  ];
  return rows.sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1)).slice(0, 50);
}

function rowOf(key: string, wire: Wire, id: string, name: string, state: string, createdMs: number): Row {
  return {
    id: String(wire[id]),
    name: String(wire[name]),
    provider: { key },
    createdAt: new Date(createdMs).toISOString(),
    status: { state },
    wire,
  };
}

/** Executions of one row: a call each at Bacalhau, inside the row at Qarnot. */
export async function executionsOf(get: GetJson, at: Upstreams, row: Row): Promise<unknown[]> {
  if (row.provider.key === 'qarnot') {
    return (row.wire['tasks'] as Wire[]).flatMap((task) =>
      ((task['completedInstances'] ?? []) as Wire[]).map((instance) => ({
        index: instance['instanceId'],
        attempt: instance['executionAttemptCount'],
        exitCode: null,
        status: { state: instance['state'] },
        node: null,
      })),
    );
  }
  const answer = (await get(`${at.bacalhau}/api/v1/orchestrator/jobs/${row.id}?include=executions`)) as {
    Executions: { Items: Wire[] };
  };
  return answer.Executions.Items.map((execution) => ({
    index: execution['PartitionIndex'] ?? 0,
    attempt: 1,
    exitCode: (execution['RunOutput'] as { ExitCode?: number } | null)?.ExitCode ?? null,
    status: { state: (execution['ComputeState'] as { StateType: number }).StateType },
    node: { name: execution['NodeID'] },
  }));
}

export function tasksOf(row: Row): unknown[] {
  const tasks = (row.wire['Tasks'] ?? row.wire['tasks']) as Wire[];
  return tasks.map((task) => ({ name: task['Name'] ?? task['name'], image: null }));
}
