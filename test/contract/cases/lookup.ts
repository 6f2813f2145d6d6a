import { expect } from 'vitest';
import type { NativeKey } from '../../../src/model/ids.ts';
import { isTerminal } from '../../../src/model/state.ts';
import type { AnyRecord } from '../../../src/model/records.ts';
import { simSpec } from '../../support/sim-spec.ts';
import { forEachKind, type Topic } from '../case.ts';
import { WHOLE_LOG } from '../operations.ts';
import { keysOf, readRecords } from '../reading.ts';
import { simulated } from '../rig.ts';

/** A record without the moments of its reading. */
export function timeless(record: AnyRecord): unknown {
  return JSON.parse(JSON.stringify(record, (name, value: unknown) => (name === 'observedAt' ? null : value)));
}

/** Changes the last letter or digit of a key, so that it keeps its form and names nothing. */
export function neighbour(key: NativeKey): NativeKey {
  return key.replace(/[0-9a-z](?=[^0-9a-z]*$)/i, (last) => (last === '7' ? '3' : '7')) as NativeKey;
}

export const lookup: Topic = {
  name: 'lookup',
  cases: [
    ...forEachKind((kind) => ({
      name: 'found by key, in any order, with duplicates and strangers among them',
      live: true,
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        const keys = keysOf(await readRecords(rig, kind)).slice(0, 12);
        const known = new Set<NativeKey>(keys);
        const strangers = keys.slice(0, 3).map(neighbour).filter((key) => !known.has(key)); // prettier-ignore
        const asked = [...keys.toReversed(), ...strangers, ...keys.slice(0, 4), ...strangers];
        const { found, missing } = await rig.adapter.get(kind, asked, rig.ctx());
        expect([...found.keys()].filter((key) => known.has(key)).toSorted()).toEqual(keys.toSorted());
        for (const [key, record] of found) expect([record.key, record.kind]).toEqual([key, kind]);
        if (kind === 'project' && target.facts.anyProjectExists) return;
        expect([...missing.keys()].toSorted()).toEqual([...new Set(strangers)].toSorted());
        for (const error of missing.values()) expect(error).toMatchObject({ code: 'NOT_FOUND' });
      },
    })),
    ...forEachKind((kind) => ({
      name: 'one object is the same by list and by key',
      live: true,
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        // A real provider may change between the two readings: then once more.
        for (let tries = 3; tries > 0; tries--) {
          const listed = await readRecords(rig, kind);
          const { found } = await rig.adapter.get(kind, keysOf(listed), rig.ctx());
          const [here, there] = [
            listed.map(timeless),
            keysOf(listed).map((key) => timeless(found.get(key)!)),
          ];
          if (rig.sim === null && tries > 1 && JSON.stringify(here) !== JSON.stringify(there)) continue;
          expect(there).toEqual(here);
          return;
        }
      },
    })),
    ...forEachKind((kind) => ({
      name: 'asked for nothing, it calls nobody',
      async run(target) {
        const rig = await target.still();
        const ctx = rig.ctx();
        const { found, missing } = await rig.adapter.get(kind, [], ctx);
        expect([found.size, missing.size]).toEqual([0, 0]);
        expect(ctx.reports).toEqual([]);
      },
    })),
    {
      name: 'an id of whatever letters is found by its key, with its children and its log',
      needs: (_, facts) => facts.chosenIds,
      everyVersion: true,
      async run(target) {
        const rig = simulated(await target.start({ jobs: 2 }));
        for (const id of ['own-1', 'a b', 'own:7+y,\u00e9@x(1)', "it's!", '100%41', 'q?x#y', '~$&=;*']) {
          const job = rig.sim.site.submit(simSpec('odd', { type: 'service' }), { id });
          rig.sim.pass(5_000);
          const task = rig.sim.facts.taskKey(job);
          const tasks = await rig.adapter.get('task', [task], rig.ctx());
          expect([...tasks.found.keys()], id).toEqual([task]);
          const jobs = await rig.adapter.get('job', [tasks.found.get(task)!.jobKey], rig.ctx());
          expect(jobs.missing.size).toBe(0);
          const children = await rig.adapter.executionsOfTasks([task], rig.ctx());
          const [execution] = children.found.get(task)?.records ?? [];
          expect(execution, id).toBeDefined();
          expect((await rig.adapter.logs(execution!.key, WHOLE_LOG, rig.ctx())).end).toBe('OPEN');
        }
      },
    },
    {
      name: 'an object that is removed is NOT_FOUND, or told to be deleted, from then on',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 10 }));
        const [job] = rig.sim.site.jobs.values();
        const task = rig.sim.facts.taskKey(job!);
        const held = await rig.adapter.get('task', [task], rig.ctx());
        const jobKey = held.found.get(task)!.jobKey;
        rig.sim.site.remove(job!.id);
        const gone = await rig.adapter.get('task', [task], rig.ctx());
        if (target.facts.keepsDeleted) {
          expect(gone.found.get(task)).toMatchObject({ status: { desired: 'DELETE' } });
          expect(isTerminal(gone.found.get(task)!.status.state)).toBe(true);
          for (const kind of ['job', 'task', 'execution'] as const) {
            const listed = await readRecords(rig, kind);
            expect(listed.filter(({ key }) => key.startsWith(jobKey))).toEqual([]);
          }
          return;
        }
        expect(gone.missing.get(task)).toMatchObject({ code: 'NOT_FOUND' });
        const children = await rig.adapter.executionsOfTasks([task], rig.ctx());
        expect(children.missing.get(task)).toMatchObject({ code: 'NOT_FOUND' });
        const jobs = await readRecords(rig, 'job');
        const owner = await rig.adapter.get('job', [jobKey], rig.ctx());
        expect(owner.found.has(jobKey)).toBe(keysOf(jobs).includes(jobKey));
      },
    },
  ],
};
