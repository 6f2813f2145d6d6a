import { expect } from 'vitest';
import { isTerminal } from '../../../src/model/state.ts';
import type { Topic } from '../case.ts';
import { operations, outcomeOf, WHOLE_LOG } from '../operations.ts';
import { keysOf, readPage, readRecords } from '../reading.ts';
import { simulated } from '../rig.ts';
import { own } from '../../support/own-credential.ts';

export const callers: Topic = {
  name: 'callers',
  cases: [
    {
      name: 'who may make no call is told so, whatever is asked',
      live: true,
      async run(target) {
        const rig = await target.still();
        for (const { name, run } of await operations(rig, target)) {
          const fresh = rig.reconnect();
          const ctx = fresh.ctx({ calls: 0 });
          expect([name, await outcomeOf(() => run(fresh, ctx))]).toEqual([name, 'CALL_BUDGET_EXCEEDED']);
        }
      },
    },
    {
      name: 'a budget that runs out is never overspent',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 30 }));
        const { emulator } = rig.sim;
        const all = await operations(rig, target);
        emulator.resetCalls();
        let spent = 0;
        for (const { name, run } of all) {
          for (const calls of [1, 2, 5]) {
            const fresh = rig.reconnect();
            const ctx = fresh.ctx({ calls });
            const outcome = await outcomeOf(() => run(fresh, ctx));
            expect([name, outcome]).toEqual([name, expect.stringMatching(/^(?:OK|CALL_BUDGET_EXCEEDED)$/)]);
            expect(ctx.budget.spent).toBeLessThanOrEqual(calls);
            spent += ctx.budget.spent;
          }
        }
        // Calls that were under way beside the one that was refused may arrive a little later.
        await expect.poll(() => emulator.calls.length, { interval: 5 }).toBe(spent);
      },
    },
    {
      name: 'who has left already is CANCELLED, without a call',
      live: true,
      async run(target) {
        const rig = await target.still();
        for (const { name, run } of await operations(rig, target)) {
          const fresh = rig.reconnect();
          const ctx = fresh.ctx();
          ctx.leave();
          expect([name, await outcomeOf(() => run(fresh, ctx))]).toEqual([name, 'CANCELLED']);
          expect(ctx.budget.spent).toBe(0);
        }
      },
    },
    {
      name: 'who leaves while the provider is silent is CANCELLED, and the sockets are let go',
      async run(target) {
        const rig = simulated(await target.start());
        const { emulator, relay } = rig.sim;
        const all = await operations(rig, target);
        emulator.faults.set('silence', { effect: { kind: 'hang' } });
        for (const { name, run } of all) {
          const fresh = rig.reconnect({ baseUrl: relay.url });
          const ctx = fresh.ctx();
          emulator.resetCalls();
          const outcome = outcomeOf(() => run(fresh, ctx));
          await expect.poll(() => emulator.calls.length, { interval: 5 }).toBeGreaterThan(0);
          expect(relay.inUse).toBeGreaterThan(0);
          ctx.leave();
          expect([name, await outcome]).toEqual([name, 'CANCELLED']);
          await expect.poll(() => relay.inUse, { interval: 5 }).toBe(0);
        }
      },
    },
    {
      name: 'a deadline is kept while the provider is silent',
      async run(target) {
        const rig = simulated(await target.start());
        const all = await operations(rig, target);
        rig.sim.emulator.faults.set('silence', { effect: { kind: 'hang' } });
        const outcomes = all.map(async ({ name, run }) => {
          const fresh = rig.reconnect();
          const startedAt = performance.now();
          const outcome = await outcomeOf(() => run(fresh, fresh.ctx({ waitMs: 250 })));
          return [name, outcome, performance.now() - startedAt < 2_000];
        });
        expect(await Promise.all(outcomes)).toEqual(all.map(({ name }) => [name, 'PROVIDER_TIMEOUT', true]));
      },
    },
    {
      name: 'the provider’s own time limit is kept when the caller would wait longer',
      async run(target) {
        const rig = simulated(await target.start());
        const all = await operations(rig, target);
        rig.sim.emulator.faults.set('silence', { effect: { kind: 'hang' } });
        const outcomes = all.map(async ({ name, run }) => {
          const fresh = rig.reconnect({ timeoutMs: 250 });
          return [name, await outcomeOf(() => run(fresh, fresh.ctx()))];
        });
        expect(await Promise.all(outcomes)).toEqual(all.map(({ name }) => [name, 'PROVIDER_TIMEOUT']));
      },
    },
    {
      name: 'a deadline that has passed is a PROVIDER_TIMEOUT without a call',
      async run(target) {
        const rig = await target.still();
        for (const { name, run } of await operations(rig, target)) {
          const fresh = rig.reconnect();
          const ctx = fresh.ctx({ waitMs: 0 });
          expect([name, await outcomeOf(() => run(fresh, ctx))]).toEqual([name, 'PROVIDER_TIMEOUT']);
          expect(ctx.budget.spent).toBe(0);
        }
      },
    },
    {
      name: 'a caller’s own credential is the one that is sent',
      async run(target) {
        const rig = simulated(await target.start({ guarded: true }));
        const { valid, other, wrong } = rig.sim.facts;
        for (const { name, run } of await operations(rig, target)) {
          const fresh = rig.reconnect();
          for (const [credential, outcome] of [
            [wrong, 'UNAUTHENTICATED'],
            [other, 'OK'],
            [valid, 'OK'],
            [wrong, 'UNAUTHENTICATED'],
          ] as const)
            // prettier-ignore
            expect([name, await outcomeOf(() => run(fresh, fresh.ctx({ credentials: own(credential) })))]).toEqual([name, outcome]);
          const unknown = rig.reconnect({ credential: wrong });
          expect(await outcomeOf(() => run(unknown, unknown.ctx()))).toBe('UNAUTHENTICATED');
          expect(await outcomeOf(() => run(unknown, unknown.ctx({ credentials: own(valid) })))).toBe('OK');
        }
      },
    },
    {
      name: 'what one caller may read is never shown to another, fresh, under way or remembered',
      async run(target) {
        const rig = simulated(await target.start({ guarded: true, freshnessMs: 60_000 }));
        const { valid, wrong } = rig.sim.facts;
        for (const { name, run } of await operations(rig, target)) {
          const one = rig.reconnect();
          // Twice: what is read once may be kept.
          for (let i = 0; i < 2; i++) {
            const [mine, theirs] = await Promise.all([
              outcomeOf(() => run(one, one.ctx({ credentials: own(valid) }))),
              outcomeOf(() => run(one, one.ctx({ credentials: own(wrong) }))),
            ]);
            expect([name, mine, theirs]).toEqual([name, 'OK', 'UNAUTHENTICATED']);
          }
        }
      },
    },
    {
      name: 'what is remembered of work that has ended is remembered for its reader alone',
      async run(target) {
        const rig = simulated(await target.start({ guarded: true, jobs: 15 }));
        const { valid, wrong } = rig.sim.facts;
        const [jobs, executions] = [await readRecords(rig, 'job'), await readRecords(rig, 'execution')];
        const ended = jobs.filter(({ status }) => isTerminal(status.state)).map(({ key }) => key);
        const theirs = executions.filter(({ jobKey }) => ended.includes(jobKey));
        const tasks = theirs.map(({ taskKey }) => taskKey);
        for (const credential of [valid, valid, wrong]) {
          const expected = credential === valid ? 'OK' : 'UNAUTHENTICATED';
          const ctx = rig.ctx({ credentials: own(credential) });
          const read = [
            () => rig.adapter.executionsOfJobs(ended, ctx),
            () => rig.adapter.executionsOfTasks(tasks, ctx),
            () => rig.adapter.get('execution', keysOf(theirs), ctx),
            ...(rig.adapter.capabilities.logs === 'NONE' ? [] : [() => rig.adapter.logs(theirs[0]!.key, WHOLE_LOG, ctx)]),
          ]; // prettier-ignore
          for (const work of read) expect(await outcomeOf(work)).toBe(expected);
        }
      },
    },
    {
      name: 'one caller who leaves takes nothing from another who waits for the same',
      async run(target) {
        const rig = simulated(await target.start());
        rig.sim.emulator.faults.set('slow', { effect: { kind: 'latency', ms: 100 } });
        const leaving = rig.ctx();
        const gone = outcomeOf(() => rig.adapter.list('job', { after: null, limit: 10, filter: {}, order: { field: 'CREATED_AT', direction: 'DESC' } }, leaving)); // prettier-ignore
        const staying = readPage(rig, 'job', { limit: 10 });
        await expect.poll(() => rig.sim.emulator.calls.length, { interval: 5 }).toBeGreaterThan(0);
        leaving.leave();
        expect(await gone).toBe('CANCELLED');
        expect(keysOf((await staying).rows).length).toBeGreaterThan(0);
      },
    },
  ],
};
