import { expect } from 'vitest';
import type { Topic } from '../case.ts';
import { deserted } from '../relay.ts';
import { simulated } from '../rig.ts';
import { own } from '../../support/own-credential.ts';

export const probing: Topic = {
  name: 'probe',
  cases: [
    {
      name: 'of a provider that is well',
      live: true,
      everyVersion: true,
      async run(target) {
        const rig = (await target.still()).reconnect();
        expect(rig.adapter.version).toBeNull();
        const result = await rig.adapter.probe(rig.ctx());
        expect(result).toMatchObject({ reachable: true, problem: null });
        expect(result.latencyMs).toBeGreaterThanOrEqual(0);
        expect(result.permissions.length).toBeGreaterThan(0);
        expect(result.permissions.filter(({ allowed }) => allowed !== true)).toEqual([]);
        expect(rig.adapter.version).toBe(result.version);
        // A version, or a word on why there is none.
        expect(result.version !== null || result.notes.length > 0).toBe(true);
      },
    },
    {
      name: 'changes nothing',
      everyVersion: true,
      async run(target) {
        const rig = simulated(await target.start());
        await rig.adapter.probe(rig.ctx());
        expect(rig.sim.emulator.calls.length).toBeGreaterThan(0);
        for (const { method, path } of rig.sim.emulator.calls)
          expect(`${method} ${path}`).toMatch(target.facts.reads);
      },
    },
    {
      name: 'with a wrong credential: it answers, and does not let us in',
      async run(target) {
        const rig = simulated(await target.start({ guarded: true }));
        const { wrong } = rig.sim.facts;
        const result = await rig.adapter.probe(rig.ctx({ credentials: own(wrong) }));
        expect(result).toMatchObject({ reachable: true, problem: { code: 'UNAUTHENTICATED' } });
        expect(result.permissions.map(({ allowed }) => allowed)).toContain(false);
      },
    },
    {
      name: 'where nobody listens',
      async run(target) {
        const rig = (await target.still()).reconnect({ baseUrl: await deserted() });
        const result = await rig.adapter.probe(rig.ctx());
        expect(result).toMatchObject({
          reachable: false,
          latencyMs: null,
          problem: { code: 'PROVIDER_UNAVAILABLE' },
        });
        expect(result.permissions.filter(({ allowed }) => allowed !== null)).toEqual([]);
      },
    },
    {
      name: 'of a provider that never answers, within the time there is',
      async run(target) {
        const rig = simulated(await target.start());
        rig.sim.emulator.faults.set('hole', { effect: { kind: 'hang' } });
        const startedAt = performance.now();
        const result = await rig.adapter.probe(rig.ctx({ waitMs: 200 }));
        expect(performance.now() - startedAt).toBeLessThan(1_500);
        expect(result).toMatchObject({
          reachable: false,
          latencyMs: null,
          problem: { code: 'PROVIDER_TIMEOUT' },
        });
      },
    },
    {
      name: 'of a provider that fails',
      async run(target) {
        const rig = simulated(await target.start());
        rig.sim.emulator.faults.set('broken', { effect: { kind: 'status', status: 500 } });
        const result = await rig.adapter.probe(rig.ctx());
        expect(result).toMatchObject({ reachable: true, problem: { code: 'PROVIDER_UNAVAILABLE' } });
      },
    },
    {
      name: 'of something else that speaks HTTP',
      async run(target) {
        const rig = simulated(await target.start());
        const body = '<!doctype html><title>Welcome</title>';
        rig.sim.emulator.faults.set('page', { effect: { kind: 'garbage', body } });
        const result = await rig.adapter.probe(rig.ctx());
        expect(result.problem).toMatchObject({ code: 'PROVIDER_PROTOCOL' });
      },
    },
    {
      name: 'ends when its caller leaves',
      async run(target) {
        const rig = simulated(await target.start());
        rig.sim.emulator.faults.set('hole', { effect: { kind: 'hang' } });
        const ctx = rig.ctx();
        const probe = rig.adapter.probe(ctx);
        await expect.poll(() => rig.sim.emulator.calls.length).toBeGreaterThan(0);
        ctx.leave();
        await expect(probe).rejects.toMatchObject({ code: 'CANCELLED' });
      },
    },
  ],
};
