import { expect } from 'vitest';
import type { NativeKey } from '../../../src/model/ids.ts';
import type { JobImport } from '../../../src/providers/provider.ts';
import type { SimJob } from '../../../src/sandbox/world/types.ts';
import { simSpec } from '../../support/sim-spec.ts';
import type { ContractCase, Target, Topic } from '../case.ts';
import { keysOf, readRecords } from '../reading.ts';
import { simulated, type SimRig } from '../rig.ts';
import { own } from '../../support/own-credential.ts';

/** A world, and an adapter that was told of its first job alone. */
async function toldOfOne(
  target: Target,
  jobs = 8,
): Promise<{ rig: SimRig; all: JobImport[]; sims: SimJob[] }> {
  const rig = simulated(await target.start({ jobs }));
  const sims = [...rig.sim.site.jobs.values()];
  const all = sims.map((job) => rig.sim.facts.remembered!(job));
  return { rig: simulated(rig.reconnect({ settings: { jobIds: [all[0]!.id] } })), all, sims };
}

const CASES: readonly ContractCase[] = [
  {
    name: 'a job that the configuration names is listed with its task, others are not',
    async run(target) {
      const { rig, all } = await toldOfOne(target);
      expect(keysOf(await readRecords(rig, 'job'))).toEqual([all[0]!.id]);
      expect((await readRecords(rig, 'task')).map(({ jobKey }) => jobKey)).toEqual([all[0]!.id]);
      expect((await readRecords(rig, 'execution')).every(({ jobKey }) => jobKey === all[0]!.id)).toBe(true);
    },
  },
  {
    name: 'imported jobs are answered, and in every list from then on, at their place in time',
    async run(target) {
      const { rig, all } = await toldOfOne(target);
      const more = all.slice(1, 4);
      const { found, missing } = await rig.adapter.importJobs!(more, rig.ctx());
      expect([[...found.keys()].toSorted(), missing.size]).toEqual([more.map(({ id }) => id).toSorted(), 0]);
      for (const { id, name, submittedAt } of more) {
        expect(found.get(id as NativeKey)).toMatchObject({ key: id, name, createdAt: submittedAt });
      }
      const listed = await readRecords(rig, 'job', { direction: 'ASC' });
      expect(keysOf(listed).toSorted()).toEqual(all.slice(0, 4).map(({ id }) => id).toSorted()); // prettier-ignore
      const own = listed.filter(({ key }) => key !== all[0]!.id);
      const bySubmission = more.toSorted((a, b) => a.submittedAt! - b.submittedAt!);
      expect(keysOf(own)).toEqual(bySubmission.map(({ id }) => id));
    },
  },
  {
    name: 'imported jobs are among the changes, and followed to their end',
    async run(target) {
      const { rig } = await toldOfOne(target);
      const { watermark } = await rig.adapter.changes(null, rig.ctx());
      const fate = { prepareMs: 500, runMs: 20_000, finalizeMs: 200, outcome: { kind: 'success' }, failFirst: 0 } as const; // prettier-ignore
      const told = rig.sim.facts.remembered!(rig.sim.site.submit(simSpec('later', { fate })));
      rig.sim.pass(1_000);
      await rig.adapter.importJobs!([told], rig.ctx());
      const next = await rig.adapter.changes(watermark, rig.ctx());
      expect(keysOf(next.jobs)).toContain(told.id);
      rig.sim.pass(120_000);
      const last = await rig.adapter.changes(next.watermark, rig.ctx());
      expect(last.jobs.find(({ key }) => key === told.id)).toMatchObject({ status: { state: 'SUCCEEDED' } });
    },
  },
  {
    name: 'what the provider does not confirm is missing, and is not listed; the others are taken up',
    async run(target) {
      const { rig, all } = await toldOfOne(target);
      const strangers = ['0'.repeat(32), `${all[1]!.id}0`, 'a,b', '..', '', 'x'.repeat(500), '\0', 'a/b'];
      const asked = [...strangers.map((id) => ({ id })), all[1]!];
      const { found, missing } = await rig.adapter.importJobs!(asked, rig.ctx());
      expect([...found.keys()]).toEqual([all[1]!.id]);
      expect([...missing.keys()].toSorted()).toEqual(strangers.toSorted());
      for (const error of missing.values()) expect(error).toMatchObject({ code: 'NOT_FOUND' });
      expect(keysOf(await readRecords(rig, 'job')).toSorted()).toEqual([all[0]!.id, all[1]!.id].toSorted());
      for (const { path } of rig.sim.emulator.calls) {
        expect(target.facts.routes.some((route) => route.test(path)), path.slice(0, 200)).toBe(true); // prettier-ignore
      }
    },
  },
  {
    name: 'importing again changes nothing that was shown',
    async run(target) {
      const { rig, all } = await toldOfOne(target);
      await rig.adapter.importJobs!(all.slice(1, 3), rig.ctx());
      const before = await readRecords(rig, 'job');
      const later = all.slice(1, 3).map((job) => ({ ...job, submittedAt: rig.clock.now() }));
      await rig.adapter.importJobs!([...later, ...later], rig.ctx());
      await rig.adapter.importJobs!([{ id: all[1]!.id }], rig.ctx());
      const after = await readRecords(rig, 'job');
      expect(after.map(({ key, name, createdAt }) => [key, name, createdAt])).toEqual(before.map(({ key, name, createdAt }) => [key, name, createdAt])); // prettier-ignore
    },
  },
  {
    name: 'an import that fails takes nothing up, and can be tried again',
    async run(target) {
      const { rig, all } = await toldOfOne(target);
      for (const effect of [
        { kind: 'reset' },
        { kind: 'status', status: 503 },
        { kind: 'unauthorized' },
      ] as const) {
        rig.sim.emulator.faults.set('broken', { effect });
        const answer = await rig.adapter.importJobs!(all.slice(1), rig.ctx()).catch(() => null);
        expect(answer?.found.size ?? 0).toBe(0);
        rig.sim.emulator.faults.clear();
        expect(keysOf(await readRecords(rig, 'job'))).toEqual([all[0]!.id]);
      }
      await rig.adapter.importJobs!(all.slice(1), rig.ctx());
      expect(await readRecords(rig, 'job')).toHaveLength(all.length);
    },
  },
  {
    name: 'a caller with a credential that is refused imports nothing',
    async run(target) {
      const { rig, all } = await toldOfOne(target);
      const credential = rig.sim.facts.wrong;
      const answer = await rig.adapter.importJobs!(all.slice(1, 3), rig.ctx({ credentials: own(credential) })).catch((error: unknown) => error); // prettier-ignore
      const failures = answer instanceof Error ? [answer] : [...(answer as { missing: Map<string, Error> }).missing.values()]; // prettier-ignore
      expect(failures.length).toBeGreaterThan(0);
      for (const failure of failures) expect(failure).toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(keysOf(await readRecords(rig, 'job'))).toEqual([all[0]!.id]);
    },
  },
];

export const imports: Topic = {
  name: 'imports',
  cases: CASES.map((item) => ({ ...item, needs: (capabilities) => capabilities.imports === true })),
};
