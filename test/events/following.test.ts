import { afterEach, describe, expect, test } from 'vitest';
import { hasEnded } from '../../src/live/projection.ts';
import { isTerminal } from '../../src/model/state.ts';
import { judgeTransition } from '../../src/model/transitions.ts';
import { readRecords } from '../contract/reading.ts';
import { simulated, type SimRig, type StartOptions } from '../contract/rig.ts';
import { bacalhauTarget } from '../contract/targets/bacalhau.ts';
import { charityEngineTarget } from '../contract/targets/charity-engine.ts';
import { qarnotTarget } from '../contract/targets/qarnot.ts';
import { researcherTarget, runaiTarget } from '../contract/targets/runai.ts';
import { EventMirror, faceOf, follow, type Following } from '../support/following.ts';

const TARGETS = [
  bacalhauTarget('1.9.3'),
  qarnotTarget(),
  runaiTarget('2.24'),
  researcherTarget(),
  charityEngineTarget(),
];
const WORK = ['job', 'task', 'execution'] as const;
/** Of the world's time: polls of a world that moves in jumps. */
const STEP_MS = 16_000;

const open: Following[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((following) => following.close()));
});

describe.each(TARGETS.map((target) => [target.name, target] as const))('%s', (_, target) => {
  afterEach(() => target.closeStarted());

  async function start(options: StartOptions): Promise<{ rig: SimRig; following: Following }> {
    const rig = simulated(await target.start(options));
    const following = follow(rig);
    open.push(following);
    return { rig, following };
  }

  test('a world that stands still has no events, however often it is looked at', async () => {
    const { following } = await start({ jobs: 30 });
    await following.hub.watch({ kind: 'job', filter: {} }).ready;
    for (let i = 0; i < 4; i++) await following.settled();
    expect([following.events, following.faults]).toEqual([[], []]);
    expect(following.polls()).toBeGreaterThanOrEqual(8);
  });

  test(
    'a snapshot and the events after it are the provider, and every end is told once',
    { timeout: 60_000 },
    async () => {
      const { rig, following } = await start({ jobs: 15, seed: 11, arrivalMs: 25_000 });
      const { hub, events, faults } = following;
      await hub.watch({ kind: 'job', filter: {} }).ready;
      const mirror = new EventMirror(hub, WORK);
      const startedAt = rig.clock.now();
      for (let step = 0; step < 20; step++) {
        rig.sim.pass(STEP_MS);
        if (step % 5 === 2) {
          const live = [...rig.sim.site.jobs.values()].find(({ endedAt }) => endedAt === null);
          if (live !== undefined) rig.sim.site.stop(live.id, 'no longer wanted');
        }
        if (step === 12) {
          const ended = [...rig.sim.site.jobs.values()].find(({ endedAt }) => endedAt !== null);
          if (ended !== undefined) rig.sim.site.remove(ended.id);
        }
        await following.settled();
      }
      // Long enough for a full sweep, and for what a provider shows late; short enough for nothing to be forgotten.
      for (let i = 0; i < 5; i++) {
        rig.sim.pass(61_000);
        await following.settled();
        await following.settled();
      }
      mirror.read(events);
      expect(faults).toEqual([]);

      for (const kind of WORK) {
        const records = await readRecords(rig, kind);
        const shown = records.map(
          (record) => `${record.key} ${mirror.faces.get(`${kind} ${record.key}`) ?? ''}`,
        );
        expect(shown.toSorted(), kind).toEqual(
          records.map((record) => `${record.key} ${faceOf(record)}`).toSorted(),
        );
        // Lists may leave out executions of an older generation; nothing else is shown that is gone.
        const listed = new Set<string>(records.map((record) => record.key));
        const extra = mirror.keysOf(kind).filter((key) => !listed.has(key));
        const { missing } = await rig.adapter.get(kind, extra, rig.ctx());
        expect([...missing.keys()], `${kind}s that are gone`).toEqual([]);
      }

      // Every end that the world came to since, once. Some providers keep what was stopped, to be resumed.
      const { stages, taskKey } = rig.sim.facts;
      const ended = [...rig.sim.site.jobs.values()].filter(
        ({ endedAt, state }) => (endedAt ?? 0) > startedAt && stages.task[state]?.every(isTerminal),
      );
      expect(ended.length).toBeGreaterThan(0);
      for (const job of ended) {
        const key = taskKey(job);
        const ends = events.filter(
          (event) =>
            event.kind === 'task' &&
            event.key === key &&
            event.type === 'CHANGE' &&
            hasEnded(event.record) &&
            !(event.before !== null && hasEnded(event.before)),
        );
        // A job that was run again has ended more than once.
        expect(ends.length, `ends told of ${key}`).toBeGreaterThan(0);
        expect(ends.length, `ends told of ${key}`).toBeLessThanOrEqual(job.version);
        expect(new Set(ends.map(({ generation }) => generation)).size).toBe(ends.length);
      }

      // No step that the laws do not know.
      const last = new Map<string, { readonly state: string; readonly generation: number }>();
      for (const event of events) {
        const name = `${event.kind} ${event.key}`;
        const known = last.get(name);
        expect(event.generation).toBeGreaterThanOrEqual(known?.generation ?? 1);
        if (event.type === 'TOMBSTONE') {
          last.delete(name);
          continue;
        }
        const { record, generation } = event;
        if (record.kind === 'computeNode') continue;
        if (event.type === 'CHANGE' && event.before?.kind === record.kind && !event.reopened) {
          expect(judgeTransition(record.kind, event.before.status.state, record.status.state)).not.toBe(
            'ILLEGAL',
          );
        }
        last.set(name, { state: record.status.state, generation });
      }
    },
  );

  test('a complete batch holds every kind that the provider has', async () => {
    const rig = simulated(await target.start({ jobs: 15 }));
    const batch = await rig.adapter.changes(null, rig.ctx());
    expect(batch.complete).toBe(true);
    const { kinds } = rig.adapter.capabilities;
    const nodes = kinds.includes('computeNode') ? await readRecords(rig, 'computeNode') : [];
    expect(batch.computeNodes.map(({ key }) => key).toSorted()).toEqual(
      nodes.map(({ key }) => key).toSorted(),
    );
    expect(batch.executions.map(({ key }) => key).toSorted()).toEqual(
      (await readRecords(rig, 'execution')).map(({ key }) => key).toSorted(),
    );
  });

  test('a poll costs the provider what it costs, for one watcher or a thousand', async () => {
    const calls: number[] = [];
    for (const watchers of [1, 1_000]) {
      const { rig, following } = await start({ jobs: 20, seed: 3 });
      rig.sim.emulator.resetCalls();
      const before = following.polls();
      const holds = Array.from({ length: watchers }, (_unused, i) =>
        following.hub.watch({ kind: WORK[i % 3]!, filter: i % 2 === 0 ? {} : { namePrefix: String(i) } }),
      );
      await Promise.all(holds.map(({ ready }) => ready));
      await following.close();
      expect(following.polls() - before).toBeGreaterThanOrEqual(1);
      calls.push(rig.sim.emulator.calls.length / (following.polls() - before));
      for (const hold of holds) hold.release();
    }
    expect(calls[1]).toBe(calls[0]);
  });
});
