/** What holds for every workload of a world that lives, whenever it is looked at. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RunaiRig, WorkloadOnWire } from '../../../test/support/runai-client.ts';
import { startRunaiRig } from '../../../test/support/runai-client.ts';

const TERMINAL = ['Completed', 'Failed'];

/** What is wrong with how a workload changed between two looks; empty when nothing is. */
function wrongStep(before: WorkloadOnWire, now: WorkloadOnWire): readonly string[] {
  const ended = TERMINAL.includes(before.phase);
  const laws: readonly (readonly [string, boolean])[] = [
    ['its creation never changes', now.createdAt === before.createdAt && now.name === before.name],
    ['phaseUpdatedAt never falls', now.phaseUpdatedAt >= before.phaseUpdatedAt],
    ['updatedAt never falls', now.updatedAt >= before.updatedAt],
    [
      'another phase is a later one',
      now.phase === before.phase || now.phaseUpdatedAt >= before.phaseUpdatedAt,
    ],
    [
      'the same phase time is the same phase',
      now.phaseUpdatedAt !== before.phaseUpdatedAt || now.phase === before.phase,
    ],
    [
      'what has ended stays so, or is deleted',
      !ended || now.phase === before.phase || now.phase === 'Deleting',
    ],
    ['what is deleted stays so', before.deletedAt === null || now.deletedAt === before.deletedAt],
    ['completion does not move', before.completedAt === null || now.completedAt === before.completedAt],
  ];
  return laws
    .filter(([, holds]) => !holds)
    .map(([law]) => `${now.id}: ${law} (${before.phase} → ${now.phase})`);
}

/** What is wrong with a workload at one moment. */
function wrongMoment(workload: WorkloadOnWire, now: string): readonly string[] {
  const { phase, runningPods, completedAt, deletedAt } = workload;
  const resting = ['Creating', 'Pending', 'Stopped', 'Completed', 'Failed'].includes(phase);
  const laws: readonly (readonly [string, boolean])[] = [
    ['nothing runs where nothing can', !resting || runningPods === 0],
    ['what runs has pods', phase !== 'Running' || runningPods > 0],
    [
      'only what has ended is completed',
      (completedAt === null) === !TERMINAL.includes(phase) || phase === 'Deleting' || deletedAt !== null,
    ],
    [
      'nothing is from the future',
      [workload.createdAt, workload.updatedAt, workload.phaseUpdatedAt].every((at) => at <= now),
    ],
    ['a phase begins after the workload', workload.phaseUpdatedAt >= workload.createdAt],
  ];
  return laws.filter(([, holds]) => !holds).map(([law]) => `${workload.id}: ${law} (${phase})`);
}

async function everything(rig: RunaiRig): Promise<ReadonlyMap<string, WorkloadOnWire>> {
  const both = [...(await rig.list('?limit=500')), ...(await rig.list('?limit=500&deleted=true'))];
  return new Map(both.map((workload) => [workload.id, workload]));
}

test('phases go forward, times never back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 10_000 }),
      fc.array(fc.integer({ min: 100, max: 120_000 }), { minLength: 4, maxLength: 10 }),
      async (seed, steps) => {
        const rig = await startRunaiRig({
          world: { seed, jobsPerSite: 60, arrivalMs: 5000, nodeUpMs: 600_000 },
        });
        let before = await everything(rig);
        for (const step of steps) {
          rig.pass(step);
          const now = await everything(rig);
          const wrong = [...now.values()].flatMap((workload) => {
            const old = before.get(workload.id);
            const moment = wrongMoment(workload, new Date(rig.clock.now()).toISOString());
            return old === undefined ? moment : [...moment, ...wrongStep(old, workload)];
          });
          expect(wrong).toEqual([]);
          expect([...before.keys()].filter((id) => !now.has(id))).toEqual([]);
          before = now;
        }
        await rig.emulator.close();
      },
    ),
    { numRuns: 12 },
  );
});

test('the delta by phaseUpdatedAt is exactly what has changed its phase', async () => {
  const rig = await startRunaiRig({ world: { jobsPerSite: 80, arrivalMs: 4000 } });
  let before = await everything(rig);
  for (let round = 0; round < 12; round++) {
    const mark = new Date(rig.clock.now() + 1).toISOString();
    rig.pass(20_000);
    const live = await rig.list('?limit=500');
    const changed = live.filter((one) => before.get(one.id)?.phaseUpdatedAt !== one.phaseUpdatedAt);
    const delta = await rig.list(`?limit=500&sortBy=phaseUpdatedAt&filterBy=phaseUpdatedAt>=${mark}`);
    expect(delta.map(({ id }) => id).sort()).toEqual(changed.map(({ id }) => id).sort());
    before = await everything(rig);
  }
});

test('telemetry, quotas and pods agree on what is allocated', async () => {
  const rig = await startRunaiRig({ world: { jobsPerSite: 150, arrivalMs: 4000, nodeUpMs: 600_000 } });
  interface Telemetry {
    readonly values: readonly { readonly value: string }[];
  }
  interface Projects {
    readonly projects: readonly {
      readonly status: { readonly quotaStatus: { readonly allocated: { readonly gpu: number } } };
    }[];
  }
  for (let round = 0; round < 6; round++) {
    rig.pass(45_000);
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
    const nodes = await rig.read<Telemetry>('/api/v1/nodes/telemetry?telemetryType=ALLOCATED_GPUS');
    const { projects } = await rig.read<Projects>('/api/v1/org-unit/projects');
    const workloads = await rig.read<Telemetry>('/api/v1/workloads/telemetry?telemetryType=GPU_ALLOCATION');
    const used = sum(projects.map(({ status }) => status.quotaStatus.allocated.gpu));
    expect(Number(nodes.values[0]?.value)).toBe(used);
    expect(Number(workloads.values[0]?.value)).toBe(used);
  }
});
