import { expect } from 'vitest';
import type { AnyRecord } from '../../../src/model/records.ts';
import { isTerminal } from '../../../src/model/state.ts';
import type { ChangeBatch } from '../../../src/providers/provider.ts';
import { simSpec } from '../../support/sim-spec.ts';
import type { Topic } from '../case.ts';
import { brokenLaws } from '../laws.ts';
import { keysOf, readRecords } from '../reading.ts';
import { simulated, type Rig } from '../rig.ts';

/** A run without stages that take time. */
const QUICK = {
  prepareMs: 50,
  runMs: 100,
  finalizeMs: 50,
  outcome: { kind: 'success' },
  failFirst: 0,
} as const;

const WATCHED = ['job', 'task', 'execution'] as const;

/** What a change of an object is seen by. */
function face(record: AnyRecord): string {
  if (!('generation' in record)) return '';
  return JSON.stringify([record.status.state, record.status.raw, record.status.reason, record.generation]);
}

/** The provider as a reader of changes believes it to be. */
class Mirror {
  readonly #faces = new Map<string, string>();

  take({ jobs, tasks, executions }: ChangeBatch): void {
    for (const record of [...jobs, ...tasks, ...executions])
      this.#faces.set(`${record.kind} ${record.key}`, face(record));
  }

  /** Objects of the provider that this mirror shows otherwise, or not at all. */
  async misses(rig: Rig): Promise<string[]> {
    const missed: string[] = [];
    for (const kind of WATCHED) {
      for (const record of await readRecords(rig, kind)) {
        const shown = this.#faces.get(`${kind} ${record.key}`);
        if (shown !== face(record))
          missed.push(`${kind} ${record.key}: ${face(record)}, shown as ${String(shown)}`);
      }
    }
    return missed;
  }
}

export const changes: Topic = {
  name: 'changes',
  cases: [
    {
      name: 'from nothing: everything there is',
      live: true,
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        const batch = await rig.adapter.changes(null, rig.ctx());
        expect(keysOf(batch.jobs).toSorted()).toEqual(keysOf(await readRecords(rig, 'job')).toSorted());
        expect(keysOf(batch.tasks).toSorted()).toEqual(keysOf(await readRecords(rig, 'task')).toSorted());
        const all = [...batch.jobs, ...batch.tasks, ...batch.executions, ...batch.computeNodes];
        expect(all.flatMap((record) => brokenLaws(record, rig.provider))).toEqual([]);
        if (!batch.complete) return;
        expect(keysOf(batch.executions).toSorted()).toEqual(
          keysOf(await readRecords(rig, 'execution')).toSorted(),
        );
      },
    },
    {
      name: 'everything that changed is in the next batches, and a reader of them misses nothing',
      everyVersion: true,
      async run(target) {
        const rig = simulated(await target.start({ jobs: 20, seed: 11, arrivalMs: 20_000 }));
        const mirror = new Mirror();
        let watermark: string | null = null;
        for (let step = 0; step < 20; step++) {
          const batch: ChangeBatch = await rig.adapter.changes(watermark, rig.ctx());
          watermark = batch.watermark;
          mirror.take(batch);
          expect(await mirror.misses(rig.reconnect()), `step ${String(step)}`).toEqual([]);
          if (step % 6 === 1) {
            // Where jobs are kept together, what becomes of one shows in what holds them.
            for (const runMs of [10_000, 40_000]) {
              const fate = { ...QUICK, runMs };
              rig.sim.site.submit(simSpec('kept together', { fate }), { groupId: `group-${String(step)}` });
            }
          }
          if (step % 5 === 2) {
            const job = [...rig.sim.site.jobs.values()].find(({ endedAt }) => endedAt === null);
            if (job !== undefined) rig.sim.site.stop(job.id, 'no longer wanted');
          }
          rig.sim.pass(16_000);
        }
      },
    },
    {
      name: 'changes in quick succession are not lost between two batches',
      everyVersion: true,
      async run(target) {
        const rig = simulated(await target.start({ jobs: 5 }));
        const mirror = new Mirror();
        let watermark: string | null = null;
        for (let step = 0; step < 30; step++) {
          const batch: ChangeBatch = await rig.adapter.changes(watermark, rig.ctx());
          watermark = batch.watermark;
          mirror.take(batch);
          expect(await mirror.misses(rig.reconnect()), `step ${String(step)}`).toEqual([]);
          rig.sim.site.submit(
            simSpec(`quick-${String(step)}`, { fate: { ...QUICK, runMs: 100 + 70 * step } }),
          );
          rig.sim.pass(290);
        }
      },
    },
    {
      name: 'a watermark is a text that survives a restart',
      everyVersion: true,
      async run(target) {
        const rig = simulated(await target.start({ jobs: 15, arrivalMs: 30_000 }));
        const mirror = new Mirror();
        let watermark: string | null = null;
        for (let step = 0; step < 4; step++) {
          const gateway = rig.reconnect();
          const batch: ChangeBatch = await gateway.adapter.changes(watermark, gateway.ctx());
          watermark = JSON.parse(JSON.stringify(batch.watermark)) as string;
          mirror.take(batch);
          expect(await mirror.misses(rig), `step ${String(step)}`).toEqual([]);
          rig.sim.pass(25_000);
        }
      },
    },
    {
      name: 'a new job, and its end, are in the batch after',
      everyVersion: true,
      async run(target) {
        const rig = simulated(await target.start({ jobs: 10 }));
        let { watermark } = await rig.adapter.changes(null, rig.ctx());
        const fate = {
          prepareMs: 2_500,
          runMs: 8_000,
          finalizeMs: 200,
          outcome: { kind: 'success' },
          failFirst: 0,
        } as const;
        const task = rig.sim.facts.taskKey(rig.sim.site.submit(simSpec('fresh', { fate })));
        const states: string[] = [];
        for (const ms of [Math.max(100, target.facts.visibleAfterMs), 3_000, 30_000]) {
          rig.sim.pass(ms);
          const batch: ChangeBatch = await rig.adapter.changes(watermark, rig.ctx());
          watermark = batch.watermark;
          const record = batch.tasks.find(({ key }) => key === task);
          expect(record, 'the task of the new job').toBeDefined();
          expect(keysOf(batch.jobs)).toContain(record!.jobKey);
          states.push(record!.status.state);
        }
        expect(states.at(-1)).toBe('SUCCEEDED');
        expect(isTerminal(states[0] as never)).toBe(false);
      },
    },
    {
      name: 'where nothing changes, little is told, at little cost',
      needs: (capabilities) => capabilities.changes === 'DELTA',
      everyVersion: true,
      async run(target) {
        const rig = simulated(await target.start({ jobs: 120 }));
        const first = await rig.adapter.changes(null, rig.ctx());
        rig.sim.pass(1_000);
        // What was noticed in the very moment of a batch may be told again in the next.
        const again = await rig.adapter.changes(first.watermark, rig.ctx());
        rig.sim.pass(1_000);
        rig.sim.emulator.resetCalls();
        const second = await rig.adapter.changes(again.watermark, rig.ctx());
        expect(second.complete).toBe(false);
        expect(second.jobs.length).toBeLessThan(first.jobs.length / 2);
        const now = rig.clock.now();
        const old = second.jobs.filter(({ status, endedAt }) => isTerminal(status.state) && now - (endedAt ?? now) > 3_600_000); // prettier-ignore
        expect(keysOf(old)).toEqual([]);
        expect(rig.sim.emulator.calls.length).toBeLessThan(45);
      },
    },
    {
      name: 'a full sweep tells what is gone by not holding it',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 15 }));
        const ended = [...rig.sim.site.jobs.values()].find(({ endedAt }) => endedAt !== null);
        const task = rig.sim.facts.taskKey(ended!);
        const before = await rig.adapter.changes(null, rig.ctx());
        expect([before.complete, keysOf(before.tasks).includes(task)]).toEqual([true, true]);
        rig.sim.site.remove(ended!.id);
        const after = await rig.adapter.changes(null, rig.ctx());
        expect([after.complete, keysOf(after.tasks).includes(task)]).toEqual([true, false]);
      },
    },
    {
      name: 'what is no watermark is an INVALID_CURSOR',
      live: true,
      async run(target) {
        const rig = await target.still();
        for (const since of ['', 'x', '{}', '[]', '[1]', '-1', '1e99', '9'.repeat(400)]) {
          const batch = rig.adapter.changes(since, rig.ctx());
          await expect(batch, JSON.stringify(since.slice(0, 20))).rejects.toMatchObject({
            code: 'INVALID_CURSOR',
          });
        }
      },
    },
    {
      name: 'a sweep that could not read all is not called complete',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 15 }));
        const [list] = await rig.sim.facts.wireLists(rig);
        const body = await list!.body(rig.sim.emulator);
        list!.breakRow(list!.rows(body)[0] as never);
        const { match } = list!;
        rig.sim.emulator.faults.set('row', { match, times: 1, effect: { kind: 'garbage', body: JSON.stringify(body) } }); // prettier-ignore
        const batch = await rig.adapter.changes(null, rig.ctx());
        expect([batch.complete, batch.dropped.count > 0]).toEqual([false, true]);
      },
    },
  ],
};
