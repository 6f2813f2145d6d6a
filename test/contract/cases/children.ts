import { expect } from 'vitest';
import { countStates, foldStates, latestAttempts } from '../../../src/model/fold.ts';
import type { NativeKey, RecordKind } from '../../../src/model/ids.ts';
import type { ExecutionRecord } from '../../../src/model/records.ts';
import { isTerminal } from '../../../src/model/state.ts';
import type { Topic } from '../case.ts';
import { keysOf, readRecords, repeated } from '../reading.ts';
import type { Rig } from '../rig.ts';
import { neighbour, timeless } from './lookup.ts';

function groupedBy<T>(items: readonly T[], keyOf: (item: T) => NativeKey): Map<NativeKey, T[]> {
  const groups = new Map<NativeKey, T[]>();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

const sorted = (keys: readonly NativeKey[]): NativeKey[] => keys.toSorted();

async function expectExists(rig: Rig, kind: RecordKind, keys: readonly (NativeKey | null)[]): Promise<void> {
  const named = [...new Set(keys.filter((key) => key !== null))];
  const { found } = await rig.adapter.get(kind, named, rig.ctx());
  expect(named.filter((key) => !found.has(key))).toEqual([]);
}

export const children: Topic = {
  name: 'children',
  cases: [
    {
      name: 'tasks of many jobs at once are those listed, and those inside the jobs',
      live: true,
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        const jobs = await readRecords(rig, 'job');
        const listed = groupedBy(await readRecords(rig, 'task'), (task) => task.jobKey);
        const { found, missing } = await rig.adapter.tasksOfJobs(keysOf(jobs), rig.ctx());
        expect(missing.size).toBe(0);
        for (const { key, tasks } of jobs) {
          const records = found.get(key)?.records ?? [];
          expect(sorted(keysOf(records))).toEqual(sorted(keysOf(listed.get(key) ?? [])));
          if (tasks !== null) expect(records.map(timeless)).toEqual(tasks.map(timeless));
        }
      },
    },
    {
      name: 'executions of many jobs at once are those listed',
      live: true,
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        const jobs = keysOf(await readRecords(rig, 'job'));
        const listed = groupedBy(await readRecords(rig, 'execution'), (execution) => execution.jobKey);
        const { found, missing } = await rig.adapter.executionsOfJobs(jobs, rig.ctx());
        expect(missing.size).toBe(0);
        for (const key of jobs) {
          const records = found.get(key)?.records ?? [];
          expect(sorted(keysOf(records))).toEqual(sorted(keysOf(listed.get(key) ?? [])));
        }
      },
    },
    {
      name: 'executions of many tasks at once are those of their jobs, and those inside the tasks',
      live: true,
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        const tasks = await readRecords(rig, 'task');
        const listed = groupedBy(await readRecords(rig, 'execution'), (execution) => execution.taskKey);
        const { found, missing } = await rig.adapter.executionsOfTasks(keysOf(tasks), rig.ctx());
        expect(missing.size).toBe(0);
        for (const { key, executions } of tasks) {
          const records = found.get(key)?.records ?? [];
          expect(sorted(keysOf(records))).toEqual(sorted(keysOf(listed.get(key) ?? [])));
          if (executions !== null) expect(records.map(timeless)).toEqual(executions.map(timeless));
        }
      },
    },
    {
      name: 'children come oldest first',
      live: true,
      async run(target) {
        const rig = await target.still();
        const jobs = keysOf(await readRecords(rig, 'job'));
        for (const call of ['tasksOfJobs', 'executionsOfJobs'] as const) {
          const { found } = await rig.adapter[call](jobs, rig.ctx());
          for (const { records } of found.values()) {
            const times = records.map((record) => record.createdAt);
            expect(times).toEqual(times.toSorted((a, b) => a - b));
          }
        }
      },
    },
    {
      name: 'parents that are not there are missing by name, the others answered, each once',
      live: true,
      async run(target) {
        const rig = await target.still();
        const [jobs, tasks] = [keysOf(await readRecords(rig, 'job')), keysOf(await readRecords(rig, 'task'))];
        for (const [call, keys] of [
          ['tasksOfJobs', jobs],
          ['executionsOfJobs', jobs],
          ['executionsOfTasks', tasks],
        ] as const) {
          // prettier-ignore
          const known = keys.slice(0, 3);
          const strangers = known.map(neighbour).filter((key) => !keys.includes(key));
          const asked = [...strangers, ...known, ...known.toReversed(), ...strangers];
          const { found, missing } = await rig.adapter[call](asked, rig.ctx());
          expect(sorted([...found.keys()])).toEqual(sorted(known));
          expect(sorted([...missing.keys()])).toEqual(sorted([...new Set(strangers)]));
          for (const error of missing.values()) expect(error).toMatchObject({ code: 'NOT_FOUND' });
        }
      },
    },
    {
      name: 'asked for the children of nobody, it calls nobody',
      async run(target) {
        const rig = await target.still();
        const ctx = rig.ctx();
        for (const call of ['tasksOfJobs', 'executionsOfJobs', 'executionsOfTasks'] as const) {
          const { found, missing } = await rig.adapter[call]([], ctx);
          expect([found.size, missing.size]).toEqual([0, 0]);
        }
        expect(ctx.reports).toEqual([]);
      },
    },
    {
      name: 'what a record refers to exists',
      live: true,
      async run(target) {
        const rig = await target.still();
        const [jobs, tasks, executions] = [
          await readRecords(rig, 'job'),
          await readRecords(rig, 'task'),
          await readRecords(rig, 'execution'),
        ];
        await expectExists(rig, 'job', [...tasks, ...executions].map((record) => record.jobKey)); // prettier-ignore
        await expectExists(rig, 'task', executions.map((record) => record.taskKey)); // prettier-ignore
        await expectExists(rig, 'project', [...jobs, ...tasks].map((record) => record.projectKey)); // prettier-ignore
        if (!rig.adapter.capabilities.kinds.includes('computeNode')) return;
        const nodes = await readRecords(rig, 'computeNode');
        // A node that left takes its record along: only those of what still runs are owed.
        const live = executions.filter(({ status }) => !isTerminal(status.state));
        await expectExists(rig, 'computeNode', [...live.map((record) => record.nodeKey), ...nodes.map((node) => node.parentKey)]); // prettier-ignore
      },
    },
    {
      name: 'counts are of the children, and attempts are told apart',
      live: true,
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        const jobs = await readRecords(rig, 'job');
        const { found } = await rig.adapter.executionsOfJobs(keysOf(jobs), rig.ctx());
        const slots = (execution: ExecutionRecord): string =>
          JSON.stringify([execution.taskKey, execution.generation, execution.index, execution.attempt]);
        for (const [key, { records }] of found) {
          expect(repeated(records.map(slots) as never), key).toEqual([]);
        }
        for (const job of jobs) {
          if (job.status.counts === null || job.tasks === null) continue;
          expect(job.status.counts).toEqual(countStates(job.tasks.map((task) => task.status.state)));
        }
        for (const task of jobs.flatMap((job) => job.tasks ?? [])) {
          if (task.status.counts === null || task.executions === null) continue;
          const latest = latestAttempts(task.executions).map((execution) => execution.status.state);
          expect(task.status.counts).toEqual(countStates(latest));
        }
      },
    },
    {
      name: 'a state that is derived is the fold of its parts',
      live: true,
      async run(target) {
        const rig = await target.still();
        for (const { key, status, tasks } of await readRecords(rig, 'job')) {
          if (status.confidence !== 'DERIVED' || tasks === null || tasks.length === 0) continue;
          expect([key, status.state]).toEqual([key, foldStates(tasks.map((task) => task.status.state))]);
        }
      },
    },
    {
      name: 'a job that succeeded holds no execution that could still fail, a job that waits none that ran on',
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        const jobs = await readRecords(rig, 'job');
        const { found } = await rig.adapter.executionsOfJobs(keysOf(jobs), rig.ctx());
        for (const { key, status } of jobs) {
          const states = latestAttempts(
            found.get(key)?.records ?? [],
            (record) => `${record.taskKey} ${String(record.index)}`,
          ).map((record) => record.status.state);
          if (status.state === 'SUCCEEDED') expect(states.every(isTerminal), key).toBe(true);
          if (status.state === 'QUEUED') expect(states, key).not.toContain('RUNNING');
        }
      },
    },
  ],
};
