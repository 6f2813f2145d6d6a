import { expect } from 'vitest';
import { isTerminal, type State } from '../../../src/model/state.ts';
import { judgeTransition } from '../../../src/model/transitions.ts';
import { simSpec } from '../../support/sim-spec.ts';
import type { Target, Topic } from '../case.ts';
import { readRecords } from '../reading.ts';
import { simulated, type SimRig } from '../rig.ts';

interface Seen {
  readonly state: State;
  readonly generation: number;
  readonly revision: number;
  readonly createdAt: number;
}

/** Looks at everything after each step of the world, and holds each object against how it was seen before. */
async function watch(
  target: Target,
  rig: SimRig,
  steps: number,
  act: (step: number) => void,
): Promise<number> {
  const seen = new Map<string, Seen>();
  let changes = 0;
  for (let step = 0; step < steps; step++) {
    act(step);
    for (const kind of ['job', 'task', 'execution'] as const) {
      for (const record of await readRecords(rig, kind)) {
        const { key, status, generation, revision, createdAt } = record;
        const id = `${kind} ${key}`;
        const before = seen.get(id);
        const now = { state: status.state, generation, revision, createdAt };
        seen.set(id, now);
        if (before === undefined) continue;
        const story = `${id}: ${JSON.stringify(before)} to ${JSON.stringify(now)} in step ${String(step)}`;
        expect(createdAt, story).toBe(before.createdAt);
        expect(generation, story).toBeGreaterThanOrEqual(before.generation);
        if (generation > before.generation) continue;
        expect(revision, story).toBeGreaterThanOrEqual(before.revision);
        const lostItsPlace = kind === 'execution' && status.state === 'QUEUED' && !isTerminal(before.state);
        if (!(lostItsPlace && !target.facts.waitingAttemptsAreTold)) {
          expect(judgeTransition(kind, before.state, status.state), story).not.toBe('ILLEGAL');
        }
        if (before.state !== status.state) changes += 1;
      }
    }
  }
  return changes;
}

export const transitions: Topic = {
  name: 'transitions',
  cases: [
    {
      name: 'revisions never fall and no change of state is illegal, as the world goes on',
      everyVersion: true,
      async run(target) {
        const rig = simulated(await target.start({ jobs: 15, seed: 3, arrivalMs: 25_000 }));
        const changes = await watch(target, rig, 25, () => rig.sim.pass(20_000));
        expect(changes).toBeGreaterThan(20);
      },
    },
    {
      name: 'nor when jobs are stopped and nodes fail',
      everyVersion: true,
      async run(target) {
        const rig = simulated(await target.start({ jobs: 25, seed: 5, arrivalMs: 15_000 }));
        const { site } = rig.sim;
        const nodes = [...site.nodes.keys()];
        const changes = await watch(target, rig, 20, (step) => {
          const live = [...site.jobs.values()].filter(({ endedAt }) => endedAt === null);
          if (step % 3 === 0 && live[0] !== undefined) site.stop(live[0].id, 'no longer wanted');
          if (step % 4 === 1) site.setNodeUp(nodes[step % nodes.length]!, false);
          if (step % 4 === 3) site.setNodeUp(nodes[(step - 2) % nodes.length]!, true);
          rig.sim.pass(7_000);
        });
        expect(changes).toBeGreaterThan(10);
      },
    },
    {
      name: 'nor when what had ended is given more to do',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 4 }));
        const fate = { prepareMs: 500, runMs: 6_000, finalizeMs: 500, outcome: { kind: 'success' }, failFirst: 0 } as const; // prettier-ignore
        const changes = await watch(target, rig, 12, (step) => {
          // Where jobs are kept together, what holds them has ended by now.
          if (step % 4 === 0)
            rig.sim.site.submit(simSpec(`more-${String(step)}`, { fate }), { groupId: 'kept-open' });
          rig.sim.pass(4_000);
        });
        expect(changes).toBeGreaterThan(5);
      },
    },
    {
      name: 'a job that is run again keeps its key and opens a generation',
      needs: (_, facts) => facts.rerunKeepsKey,
      async run(target) {
        const rig = simulated(await target.start({ jobs: 12 }));
        const { site, facts } = rig.sim;
        const ended = [...site.jobs.values()].find(
          ({ endedAt, groupId }) => endedAt !== null && groupId === null,
        );
        const task = facts.taskKey(ended!);
        const before = (await rig.adapter.get('task', [task], rig.ctx())).found.get(task)!;
        site.rerun(ended!.id, 'once more');
        rig.sim.pass(1_000);
        const after = (await rig.adapter.get('task', [task], rig.ctx())).found.get(task)!;
        expect(after.key).toBe(before.key);
        expect(after.generation).toBeGreaterThanOrEqual(before.generation);
        if (after.generation === before.generation) return;
        const { found } = await rig.adapter.executionsOfTasks([task], rig.ctx());
        const generations = found.get(task)!.records.map(({ generation }) => generation);
        expect(generations.every((generation) => generation === after.generation)).toBe(true);
      },
    },
  ],
};
