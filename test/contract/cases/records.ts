import { expect } from 'vitest';
import type { State } from '../../../src/model/state.ts';
import { isTerminal } from '../../../src/model/state.ts';
import type { SimExecution } from '../../../src/sandbox/world/types.ts';
import { simSpec } from '../../support/sim-spec.ts';
import { forEachKind, type Topic } from '../case.ts';
import { brokenLaws } from '../laws.ts';
import { readRecords } from '../reading.ts';
import { simulated } from '../rig.ts';

/** What a provider may call an execution of the world: it need not tell every stage, but never an end too many. */
const TRUTH: Readonly<Record<SimExecution['state'], readonly State[]>> = {
  queued: ['QUEUED'],
  preparing: ['QUEUED', 'PREPARING', 'RUNNING'],
  running: ['RUNNING'],
  finalizing: ['RUNNING', 'FINALIZING'],
  succeeded: ['SUCCEEDED'],
  failed: ['FAILED'],
  cancelled: ['CANCELLED'],
};

export const records: Topic = {
  name: 'records',
  cases: [
    ...forEachKind((kind) => ({
      name: 'obey the model',
      live: true,
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        const found = await readRecords(rig, kind);
        expect(found.flatMap((record) => brokenLaws(record, rig.provider))).toEqual([]);
        if (rig.sim !== null) expect(found.length).toBeGreaterThan(0);
      },
    })),
    {
      name: 'executions are in the state the world has them in',
      everyVersion: true,
      async run(target) {
        const rig = simulated(await target.start({ jobs: 60, arrivalMs: 10_000 }));
        let judged = 0;
        for (let step = 0; step < 8; step++) {
          rig.sim.pass(11_000);
          for (const record of await readRecords(rig, 'execution')) {
            const truth = rig.sim.facts.executionOf(rig.sim.site, record);
            if (truth === null) continue;
            const asked = rig.sim.site.jobs.get(truth.jobId)?.stopRequestedAt ?? null;
            const states =
              asked === null ? TRUTH[truth.state] : [...TRUTH[truth.state], 'CANCELLING' as const];
            expect(states, `${record.key}: ${JSON.stringify(record.status)}`).toContain(record.status.state);
            judged += 1;
          }
        }
        expect(judged).toBeGreaterThan(50);
      },
    },
    {
      name: 'every stage of a run has its state, of the execution and of its task',
      everyVersion: true,
      async run(target) {
        const rig = simulated(await target.start({ jobs: 1 }));
        const { stages, taskKey } = rig.sim.facts;
        const fate = { prepareMs: 60_000, runMs: 60_000, finalizeMs: 60_000, failFirst: 0 };
        for (const outcome of [{ kind: 'success' }, { kind: 'nonzero', exitCode: 3 }, null] as const) {
          const job = rig.sim.site.submit(
            simSpec('staged', { fate: { ...fate, outcome: outcome ?? { kind: 'success' } } }),
          );
          const task = taskKey(job);
          const passed = new Set<string>();
          for (let step = 0; step < 14 && job.endedAt === null; step++) {
            rig.sim.pass(20_000);
            if (outcome === null && step === 4) rig.sim.site.stop(job.id, 'no longer wanted');
            const stage = job.executions.at(-1)?.state ?? 'queued';
            passed.add(stage);
            const { found } = await rig.adapter.executionsOfTasks([task], rig.ctx());
            const [execution] = found.get(task)?.records ?? [];
            const shown = (await rig.adapter.get('task', [task], rig.ctx())).found.get(task);
            const stopping = job.stopRequestedAt !== null && job.endedAt === null;
            if (stopping || execution === undefined) continue;
            expect(stages.execution[stage], `execution, ${stage}`).toContain(execution.status.state);
            expect(stages.task[stage], `task, ${stage}`).toContain(shown?.status.state);
          }
          expect([...passed]).toEqual(expect.arrayContaining(['preparing', 'running']));
          expect(job.endedAt).not.toBeNull();
        }
      },
    },
    {
      name: 'states of a busy world are all known words',
      everyVersion: true,
      async run(target) {
        const rig = await target.start({ jobs: 120 });
        for (const kind of ['job', 'task', 'execution'] as const) {
          const found = await readRecords(rig, kind);
          const states = new Set(found.map(({ status }) => status.state));
          expect([...states]).not.toContain('UNKNOWN');
          expect([...states]).toEqual(expect.arrayContaining(['RUNNING', 'SUCCEEDED', 'FAILED']));
        }
      },
    },
    {
      name: 'an exit code is the one that the program ended with',
      needs: ({ exitCode }) => exitCode,
      everyVersion: true,
      async run(target) {
        const rig = simulated(await target.start({ jobs: 120 }));
        const codes = new Set<number>();
        for (const record of await readRecords(rig, 'execution')) {
          const outcome = rig.sim.facts.executionOf(rig.sim.site, record)?.outcome;
          if (outcome?.kind === 'nonzero') expect(record.exitCode).toBe(outcome.exitCode);
          if (outcome?.kind === 'success') expect(record.exitCode).toBe(0);
          if (outcome?.kind === 'failure') expect(record.exitCode).toBeNull();
          codes.add(record.exitCode ?? -1);
        }
        expect(codes.size).toBeGreaterThan(2);
      },
    },
    {
      name: 'whatever failed says why, as far as the provider tells',
      live: true,
      async run(target) {
        const rig = await target.still();
        for (const kind of ['job', 'task', 'execution'] as const) {
          for (const { status, endedAt } of await readRecords(rig, kind)) {
            if (status.state === 'SUCCEEDED') expect(status.reason).toBeNull();
            if (!isTerminal(status.state)) expect(endedAt).toBeNull();
          }
        }
      },
    },
  ],
};
