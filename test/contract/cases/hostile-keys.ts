import { expect } from 'vitest';
import type { NativeKey, RecordKind } from '../../../src/model/ids.ts';
import type { Found } from '../../../src/providers/provider.ts';
import { forEachKind, type Target, type Topic } from '../case.ts';
import { keysOf, readRecords } from '../reading.ts';
import { simulated, type Rig, type SimRig } from '../rig.ts';
import { failuresOf } from '../operations.ts';

const HOSTILE = [
  '', ' ', '.', '..', '/', '//', '../x', '../../agent/version', 'a/b', 'a/../b', '%2e%2e', '%2e%2e%2fx', '%00', 'a%2fb',
  '\n', 'a\r\nX-Evil: 1', '\0', 'a\0b', '?x=1', 'a?include=history', '#', 'a#b', 'a&limit=1', '*', 'paginate', 'search',
  'x'.repeat(10_000), '\ud800', 'a\udfffb', '🙂', '0', '-1', 'null', '[object Object]', '__proto__', 'constructor',
  'j-', 'j:', 't:', 'p:', 'j:..', 't:../x', 'p:../..', '../0', '0/0', '../../1/1', './0', 'a/0', '%2e%2e/0', '\n/0',
] as NativeKey[]; // prettier-ignore

/** Everything that reached the provider went to a path of its API, one segment to a parameter, and changed nothing. */
function expectOnlyKnownPaths(rig: SimRig, target: Target): void {
  for (const { method, target: sent } of rig.sim.emulator.calls) {
    const [path = '', query = ''] = sent.split('?', 2);
    expect(target.facts.routes.some((route) => route.test(path)), sent.slice(0, 200)).toBe(true); // prettier-ignore
    expect(path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment)), sent.slice(0, 200)).toBe(false); // prettier-ignore
    expect(`${method} ${path}`).toMatch(target.facts.reads);
    for (const name of new URLSearchParams(query).keys()) expect(target.facts.parameters).toContain(name);
  }
}

function expectNothingFound(found: Found<unknown>, keys: readonly NativeKey[]): void {
  expect([...found.found.keys()]).toEqual([]);
  expect(found.missing.size).toBe(new Set(keys).size);
  for (const [key, error] of found.missing) {
    expect([key.slice(0, 40), error]).toMatchObject([key.slice(0, 40), { code: 'NOT_FOUND' }]);
  }
}

/** Keys of all other kinds, none of which is also one of this kind. */
async function keysOfOthers(rig: Rig, kind: RecordKind): Promise<NativeKey[]> {
  const own = new Set(keysOf(await readRecords(rig, kind)));
  const keys: NativeKey[] = [];
  for (const other of rig.adapter.capabilities.kinds) {
    if (other !== kind) keys.push(...keysOf(await readRecords(rig, other)).slice(0, 3));
  }
  return keys.filter((key) => !own.has(key));
}

export const hostileKeys: Topic = {
  name: 'hostile keys',
  cases: [
    ...forEachKind((kind) => ({
      name: 'never change a path, and name nothing',
      live: true,
      async run(target) {
        const rig = await target.still();
        rig.sim?.emulator.resetCalls();
        const answer = await rig.adapter.get(kind, HOSTILE, rig.ctx());
        if (rig.sim !== null) expectOnlyKnownPaths(simulated(rig), target);
        if (kind === 'project' && target.facts.anyProjectExists) return;
        expectNothingFound(answer, HOSTILE);
      },
    })),
    ...forEachKind((kind) => ({
      name: 'keys of other kinds name nothing',
      live: true,
      async run(target) {
        if (kind === 'project' && target.facts.anyProjectExists) return;
        const rig = await target.still();
        const keys = await keysOfOthers(rig, kind);
        expectNothingFound(await rig.adapter.get(kind, keys, rig.ctx()), keys);
      },
    })),
    ...forEachKind((kind) => ({
      name: 'keys that are well formed and of nothing name nothing',
      everyVersion: true,
      async run(target) {
        const rig = simulated(await target.still());
        const known = {
          jobs: await readRecords(rig, 'job'),
          tasks: await readRecords(rig, 'task'),
          executions: await readRecords(rig, 'execution'),
        };
        const keys = rig.sim.facts.forgedKeys(kind, known);
        expectNothingFound(await rig.adapter.get(kind, keys, rig.ctx()), keys);
        if (kind !== 'job') return;
        for (const call of ['tasksOfJobs', 'executionsOfJobs'] as const) {
          const answer: Found<unknown> = await rig.adapter[call](keys, rig.ctx());
          expectNothingFound(answer, keys);
        }
      },
    })),
    ...(['tasksOfJobs', 'executionsOfJobs', 'executionsOfTasks'] as const).map((call) => ({
      name: `${call}: never change a path, and have no children`,
      live: true as const,
      async run(target: Target) {
        const rig = await target.still();
        rig.sim?.emulator.resetCalls();
        const answer: Found<unknown> = await rig.adapter[call](HOSTILE, rig.ctx());
        if (rig.sim !== null) expectOnlyKnownPaths(simulated(rig), target);
        expectNothingFound(answer, HOSTILE);
      },
    })),
    {
      name: 'logs: never change a path, and have no output',
      needs: (capabilities) => capabilities.logs !== 'NONE',
      live: true,
      async run(target) {
        const rig = await target.still();
        rig.sim?.emulator.resetCalls();
        const request = { stream: 'COMBINED', afterByte: 0, tailLines: null, maxBytes: 1000 } as const;
        for (const key of HOSTILE) {
          const failures = await failuresOf(() => rig.adapter.logs(key, request, rig.ctx()));
          expect([key.slice(0, 40), failures[0]]).toMatchObject([key.slice(0, 40), { code: 'NOT_FOUND' }]);
        }
        if (rig.sim !== null) expectOnlyKnownPaths(simulated(rig), target);
      },
    },
    {
      name: 'a name, a part of a key, and a key in other letters are no keys',
      live: true,
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        const jobs = (await readRecords(rig, 'job')).slice(0, 5);
        const known = new Set<string>(keysOf(jobs));
        const near = jobs
          .flatMap(({ key, name }) => [
            name,
            key.slice(0, -1),
            key.slice(0, 10),
            key.toUpperCase(),
            ` ${key}`,
            `${key} `,
            `${key}/`,
          ]) // prettier-ignore
          .filter((text) => !known.has(text)) as NativeKey[];
        expectNothingFound(await rig.adapter.get('job', near, rig.ctx()), near);
      },
    },
    {
      name: 'real ids stand encoded in the paths they are sent in',
      async run(target) {
        const rig = simulated(await target.start({ jobs: 5 }));
        const executions = await readRecords(rig, 'execution');
        const request = { stream: 'COMBINED', afterByte: 0, tailLines: null, maxBytes: 1000 } as const;
        for (const { key, taskKey } of executions.slice(0, 5)) {
          await rig.adapter.executionsOfTasks([taskKey], rig.ctx());
          if (rig.adapter.capabilities.logs === 'NONE') continue;
          await rig.adapter.logs(key, request, rig.ctx());
        }
        await rig.adapter.changes(null, rig.ctx());
        await rig.adapter.probe(rig.ctx());
        expectOnlyKnownPaths(rig, target);
      },
    },
  ],
};
