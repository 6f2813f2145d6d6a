/** What holds for every job of a world that lives, however it is looked at. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type {
  ExecutionOnWire,
  HistoryOnWire,
  JobOnWire,
  Page,
} from '../../../test/support/bacalhau-emulator.ts';
import { JOBS, startRig } from '../../../test/support/bacalhau-emulator.ts';

const TERMINAL = ['Completed', 'Failed', 'Stopped'];

/** What is wrong with how a job changed between two looks; empty when nothing is. */
function wrongStep(before: JobOnWire, now: JobOnWire): string[] {
  const same = JSON.stringify(before) === JSON.stringify(now);
  const ended = TERMINAL.includes(before.State.StateType);
  const laws: readonly (readonly [string, boolean])[] = [
    ['the version never falls', now.Version >= before.Version],
    ['the revision never falls', now.Revision >= before.Revision],
    ['the creation time never changes', now.CreateTime === before.CreateTime],
    ['the same revision is the same job', now.Revision !== before.Revision || same],
    ['another revision was modified later', same || now.ModifyTime > before.ModifyTime],
    ['an ended version does not change', !ended || now.Version !== before.Version || same],
  ];
  return laws.filter(([, holds]) => !holds).map(([law]) => `${now.ID}: ${law}`);
}

/** What is wrong with a job's executions at one moment. */
function wrongExecutions(job: JobOnWire, executions: readonly ExecutionOnWire[]): string[] {
  const newest = executions.filter((execution) => execution.JobVersion === job.Version);
  const completed = newest.some((execution) => execution.ComputeState.StateType === 9);
  const { StateType } = job.State;
  const ofEach = executions.flatMap((execution): readonly (readonly [string, boolean])[] => {
    const compute = execution.ComputeState.StateType;
    const desired = execution.DesiredState.StateType;
    const over = compute >= 9;
    return [
      ['only states that an orchestrator shows', [1, 3, 5, 9, 10, 11].includes(compute)],
      ['what is over is wanted stopped', !over || desired === 2],
      ['what runs is wanted running or stopped', compute !== 5 || desired > 0],
      ['a completed job has nothing that runs', StateType !== 'Completed' || over],
      ['a stopped job wants nothing', StateType !== 'Stopped' || desired === 2],
      ['nor does an old version', execution.JobVersion === job.Version || desired === 2],
      ['no output before the end', over || execution.RunOutput['Stdout'] === ''],
    ];
  });
  const laws: readonly (readonly [string, boolean])[] = [
    ...ofEach,
    ['a completed job has a completed execution', StateType !== 'Completed' || completed],
    ['a pending job has none', StateType !== 'Pending' || !completed],
  ];
  return laws.filter(([, holds]) => !holds).map(([law]) => `${job.ID}: ${law}`);
}

test('revisions tell every change of a job, and histories only grow', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 10_000 }),
      fc.array(fc.integer({ min: 200, max: 120_000 }), { minLength: 5, maxLength: 12 }),
      async (seed, steps) => {
        const rig = await startRig({ world: { seed, jobsPerSite: 12, arrivalMs: 4000, nodeUpMs: 600_000 } });
        const jobs = new Map<string, JobOnWire>();
        const histories = new Map<string, readonly HistoryOnWire[]>();
        for (const ms of steps) {
          const page = await rig.read<Page<JobOnWire>>(JOBS);
          for (const job of page.Items) {
            expect(wrongStep(jobs.get(job.ID) ?? job, job)).toEqual([]);
            jobs.set(job.ID, job);
          }
          for (const job of page.Items.slice(-6)) {
            const path = `${JOBS}/${job.ID}/history?limit=1000&all_job_versions=true`;
            const { Items, NextToken } = await rig.read<Page<HistoryOnWire>>(path);
            expect(Items.map((item) => item.SeqNum)).toEqual(Items.map((_, at) => at + 1));
            const known = histories.get(job.ID) ?? [];
            expect(Items.slice(0, known.length)).toEqual(known);
            expect(NextToken === '').toBe(TERMINAL.includes(job.State.StateType));
            histories.set(job.ID, Items);
          }
          rig.pass(ms);
        }
        await rig.emulator.close();
      },
    ),
    { numRuns: 6 },
  );
});

test('executions agree with their job at every moment', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 10_000 }), async (seed) => {
      const rig = await startRig({ world: { seed, jobsPerSite: 25, nodeUpMs: 900_000 } });
      for (let step = 0; step < 3; step++) {
        for (const job of (await rig.read<Page<JobOnWire>>(JOBS)).Items) {
          const executions = await rig.executions(job.ID, '?all_job_versions=true');
          expect(wrongExecutions(job, executions)).toEqual([]);
        }
        rig.pass(45_000);
      }
      await rig.emulator.close();
    }),
    { numRuns: 3 },
  );
});
