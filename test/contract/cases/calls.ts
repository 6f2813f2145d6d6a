import { expect } from 'vitest';
import { forEachKind, type Topic } from '../case.ts';
import { operations } from '../operations.ts';
import { keysOf, queryFor, readPage, readRecords } from '../reading.ts';
import { simulated } from '../rig.ts';

export const calls: Topic = {
  name: 'upstream calls',
  cases: [
    ...forEachKind((kind) => ({
      name: 'a first page of 50 and of 100 costs no more than the API needs',
      async run(target) {
        for (const limit of [50, 100]) {
          const rig = simulated(await target.start({ jobs: 160 }));
          const ctx = rig.ctx();
          const page = await rig.adapter.list(kind, queryFor(kind, { limit }), ctx);
          expect(page.rows.length).toBeGreaterThan(0);
          const made = rig.sim.emulator.calls.map(({ method, path }) => `${method} ${path}`);
          expect(made.length, made.slice(0, 5).join()).toBeLessThanOrEqual(target.facts.firstPageCalls[kind]);
        }
      },
    })),
    ...forEachKind((kind) => ({
      name: 'looking 40 up costs no more than their batches',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 60 }));
        const keys = keysOf((await readPage(rig, kind, { limit: 60 })).rows).slice(0, 40);
        const fresh = rig.reconnect();
        rig.sim.emulator.resetCalls();
        const { missing } = await fresh.adapter.get(kind, keys, fresh.ctx());
        expect(missing.size).toBe(0);
        expect(rig.sim.emulator.calls.length).toBeLessThanOrEqual(
          target.facts.lookupCalls(kind, keys.length),
        );
      },
    })),
    ...(['tasksOfJobs', 'executionsOfJobs', 'executionsOfTasks'] as const).map((call) => ({
      name: `${call}: one answer for 40 parents costs no more than the API needs`,
      async run(target: Parameters<Topic['cases'][number]['run']>[0]) {
        const rig = simulated(await target.start({ jobs: 60 }));
        const parents = await readRecords(rig, call === 'executionsOfTasks' ? 'task' : 'job');
        const keys = keysOf(parents).slice(0, 40);
        const fresh = rig.reconnect();
        rig.sim.emulator.resetCalls();
        const { missing } = await fresh.adapter[call](keys, fresh.ctx());
        expect(missing.size).toBe(0);
        expect(rig.sim.emulator.calls.length).toBeLessThanOrEqual(target.facts.childCalls(call, keys.length));
      },
    })),
    {
      name: 'the same list again, while it is fresh, costs nothing',
      async run(target) {
        const rig = simulated(await target.start({ freshnessMs: 1_000 }));
        for (const kind of rig.adapter.capabilities.kinds) {
          const first = await readPage(rig, kind, { limit: 20 });
          rig.sim.emulator.resetCalls();
          const ctx = rig.ctx();
          const second = await rig.adapter.list(kind, queryFor(kind, { limit: 20 }), ctx);
          expect([kind, rig.sim.emulator.calls.length]).toEqual([kind, 0]);
          expect(ctx.budget.spent).toBe(0);
          expect(keysOf(second.rows)).toEqual(keysOf(first.rows));
        }
        rig.sim.pass(60_000);
        await readPage(rig, 'job', { limit: 20 });
        expect(rig.sim.emulator.calls.length).toBeGreaterThan(0);
      },
    },
    {
      name: 'many callers who ask the same at once share one answer',
      async run(target) {
        const rig = simulated(await target.start());
        const pages = await Promise.all(
          Array.from({ length: 20 }, () => readPage(rig, 'job', { limit: 20 })),
        );
        expect(rig.sim.emulator.calls.length).toBeLessThanOrEqual(target.facts.firstPageCalls.job);
        for (const page of pages) expect(keysOf(page.rows)).toEqual(keysOf(pages[0]!.rows));
      },
    },
    {
      name: 'every call is reported and paid for, once, by a route that holds no id',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 20 }));
        const all = await operations(rig, target);
        const secrets = keysOf([
          ...(await readRecords(rig, 'job')),
          ...(await readRecords(rig, 'execution')),
        ]);
        for (const operation of all) {
          const fresh = rig.reconnect();
          rig.sim.emulator.resetCalls();
          const ctx = fresh.ctx();
          await operation.run(fresh, ctx);
          const made = rig.sim.emulator.calls.length;
          expect([operation.name, ctx.budget.spent]).toEqual([operation.name, made]);
          const network = ctx.reports.filter(({ servedFrom }) => servedFrom === 'NETWORK');
          expect([operation.name, network.length]).toEqual([operation.name, made]);
          const routes = ctx.reports.map(({ route }) => route).join('\n');
          for (const key of secrets) for (const part of key.split(/[/:]/)) if (part.length > 8) expect(routes).not.toContain(part); // prettier-ignore
          for (const report of ctx.reports)
            expect(report).toMatchObject({ provider: rig.provider, error: null });
        }
      },
    },
  ],
};
