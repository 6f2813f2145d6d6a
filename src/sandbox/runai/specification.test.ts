/**
 * What the published specification says of the main answers: the members that are required, and the words of closed
 * enumerations. The facts are restated here; the specification itself is not part of this project.
 */
import { describe, expect, it } from 'vitest';
import { startRunaiRig } from '../../../test/support/runai-client.ts';

type Row = Readonly<Record<string, unknown>>;

const WORKLOAD =
  'tenantId id type name clusterId projectId projectName departmentId departmentName namespace createdAt deletedAt ' +
  'updatedAt phase phaseUpdatedAt k8sPhase k8sPhaseUpdatedAt conditions runningPods source priority priorityClassName category';
const TYPED = 'name requestedName workloadId projectId clusterId createdBy createdAt desiredPhase';
const POD =
  'id name workloadId clusterId tenantId k8sPhase k8sPhaseUpdatedAt updatedAt createdAt priorityClassName containers';
const NODE = 'name clusterUuid status nodePool createdAt updatedAt';
const NODE_POOL =
  'id tenantId clusterId clusterName name labelKey labelValue isDefault createdAt createdBy updatedAt updatedBy';
const PROJECT =
  'id name clusterId parentId enforceRunaiScheduler status totalResources createdAt updatedAt effective resources';
const DEPARTMENT = 'id name clusterId createdAt updatedAt totalResources';
const CLUSTER = 'uuid tenantId name createdAt';
const EVENT = 'createdAt type clusterId message';
const INVOLVED = 'uid kind name namespace';

const PHASES = [
  'Creating', 'Initializing', 'Resuming', 'Pending', 'Deleting', 'Running', 'Updating', 'Stopped', 'Stopping', 'Degraded',
  'Failed', 'Completed', 'Terminating', 'Unknown',
]; // prettier-ignore

/** Members that a row lacks; having no row is a fault, too. */
function missing(rows: readonly Row[], members: string): readonly string[] {
  if (rows.length === 0) return ['no rows'];
  return rows.flatMap((row) => members.split(' ').filter((member) => row[member] === undefined));
}

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const isDate = (value: unknown): boolean => typeof value === 'string' && DATE.test(value);

/** Members named …At that are neither null nor RFC 3339. */
function badDates(rows: readonly Row[]): readonly unknown[] {
  return rows.flatMap((row) =>
    Object.entries(row)
      .filter(([member, value]) => member.endsWith('At') && value !== null && !isDate(value))
      .map(([, value]) => value),
  );
}

async function start() {
  const rig = await startRunaiRig({ world: { jobsPerSite: 250, arrivalMs: 5000, nodeUpMs: 600_000 } });
  rig.pass(60_000);
  const rows = async (path: string, member: string): Promise<readonly Row[]> =>
    (await rig.read<Record<string, Row[]>>(path))[member] ?? [];
  return { rig, rows };
}

describe('answers have the members of the specification', () => {
  it('workloads, live and deleted', async () => {
    const { rig, rows } = await start();
    const live = await rows('/api/v1/workloads?limit=500', 'workloads');
    const deleted = await rows('/api/v1/workloads?limit=500&deleted=true', 'workloads');
    for (const workloads of [live, deleted]) {
      expect(missing(workloads, WORKLOAD)).toEqual([]);
      expect(badDates(workloads)).toEqual([]);
      expect(workloads.filter(({ phase }) => !PHASES.includes(String(phase)))).toEqual([]);
      expect(
        workloads.filter(({ source }) => !['CLI', 'Control-plane', 'Other'].includes(String(source))),
      ).toEqual([]);
      expect(workloads.filter(({ tenantId }) => !Number.isInteger(tenantId))).toEqual([]);
    }
    expect(live.every(({ deletedAt }) => deletedAt === null)).toBe(true);
    expect(deleted.every(({ deletedAt }) => deletedAt !== null)).toBe(true);
    expect(live.every((row) => !('startedAt' in row))).toBe(true);
    expect(new Set(live.map(({ phase }) => phase)).size).toBeGreaterThan(3);
    for (const [type, path] of [
      ['Training', 'trainings'],
      ['Workspace', 'workspaces'],
      ['Distributed', 'distributed'],
    ]) {
      const id = String(live.find((row) => row['type'] === type)?.['id']);
      const typed = await rig.read<Row>(`/api/v1/workloads/${path}/${id}`);
      expect(missing([typed], TYPED)).toEqual([]);
      expect(['Running', 'Stopped', 'Deleted']).toContain(typed['desiredPhase']);
      expect(PHASES).toContain(typed['actualPhase']);
    }
  });

  it('pods', async () => {
    const { rows } = await start();
    const pods = await rows('/api/v1/workloads/pods?limit=500', 'pods');
    expect(missing(pods, POD)).toEqual([]);
    expect(badDates(pods)).toEqual([]);
    const containers = pods.flatMap((pod) => pod['containers'] as Row[]);
    expect(missing(containers, 'name image')).toEqual([]);
  });

  it('nodes, node pools and clusters', async () => {
    const { rig, rows } = await start();
    const nodes = await rows('/api/v1/nodes', 'nodes');
    expect(missing(nodes, NODE)).toEqual([]);
    expect(nodes.filter(({ status }) => !['Ready', 'NotReady', 'Unknown'].includes(String(status)))).toEqual(
      [],
    );
    const gpus = nodes.flatMap(({ gpuInfo }) => (gpuInfo === null ? [] : [gpuInfo as Row]));
    expect(missing(gpus, 'gpuType gpuCount')).toEqual([]);
    const pools = await rows('/api/v1/node-pools', 'nodepools');
    expect(missing(pools, NODE_POOL)).toEqual([]);
    const poolPhases = ['Creating', 'Updating', 'Deleting', 'Empty', 'Unschedulable', 'Ready', 'Deleted'];
    expect(pools.filter(({ phase }) => !poolPhases.includes(String(phase)))).toEqual([]);
    expect(missing(await rig.read<Row[]>('/api/v1/clusters'), CLUSTER)).toEqual([]);
  });

  it('projects and departments', async () => {
    const { rows } = await start();
    const projects = await rows('/api/v1/org-unit/projects', 'projects');
    expect(missing(projects, PROJECT)).toEqual([]);
    const resources = projects.flatMap((project) => project['resources'] as Row[]);
    expect(missing(resources, 'gpu')).toEqual([]);
    const units = resources.map(({ memory }) => (memory as Row)['units']);
    expect(units.filter((unit) => !['Mib', 'MB', 'GB'].includes(String(unit)))).toEqual([]);
    const phases = projects.map(({ status }) => String((status as Row)['phase']));
    expect(new Set(phases)).toEqual(new Set(['Ready']));
    expect(missing(await rows('/api/v1/org-unit/departments', 'departments'), DEPARTMENT)).toEqual([]);
  });

  it('events and history', async () => {
    const { rig, rows } = await start();
    const [workload] = await rig.list('?filterBy=phase==Completed&limit=1');
    const events = await rows(`/api/v1/workloads/${workload?.id}/events`, 'events');
    expect(missing(events, EVENT)).toEqual([]);
    expect(
      missing(
        events.map(({ involvedObject }) => involvedObject as Row),
        INVOLVED,
      ),
    ).toEqual([]);
    const records = await rows(`/api/v1/workloads/${workload?.id}/history`, 'records');
    for (const { meta, spec } of records) {
      const { type, creationTimestamp } = meta as Row;
      expect(['Event', 'PhaseUpdate']).toContain(type);
      expect(String(creationTimestamp)).toMatch(DATE);
      expect(Object.keys(spec as Row)).toEqual([type === 'Event' ? 'event' : 'phaseUpdate']);
    }
  });
});
