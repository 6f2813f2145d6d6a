import { expect } from 'vitest';
import { RECORD_KINDS, type NativeKey, type RecordKind } from '../../../src/model/ids.ts';
import { FILTERS_OF } from '../../../src/merge/filter.ts';
import type { Capabilities } from '../../../src/providers/provider.ts';
import type { ContractCase, Topic } from '../case.ts';
import { WHOLE_LOG } from '../operations.ts';
import { keysOf, queryFor, readPages, readRecords } from '../reading.ts';
import type { CaseContext, Rig } from '../rig.ts';

/** One cell of the matrix: what is claimed works, and what is not claimed is refused without a call. */
interface Cell {
  readonly name: string;
  readonly claimed: (capabilities: Capabilities) => boolean;
  /** Does what is claimed; rejects when it is refused. */
  readonly use: (rig: Rig, ctx: CaseContext) => Promise<unknown>;
  /** Holds what came of it against what it should be. */
  readonly check?: (answer: unknown, rig: Rig) => Promise<void>;
}

function cell({ name, claimed, use, check }: Cell): ContractCase {
  return {
    name: `${name}: works if it is claimed, else UNSUPPORTED_OPERATION`,
    live: true,
    everyVersion: true,
    async run(target) {
      const rig = await target.still();
      const ctx = rig.ctx();
      // The same before anything was called, and as the connection has it.
      expect(claimed(rig.adapter.capabilities)).toBe(claimed(target.capabilities));
      if (claimed(rig.adapter.capabilities)) {
        const answer = await use(rig, ctx);
        await check?.(answer, rig);
        return;
      }
      await expect(async () => use(rig, ctx)).rejects.toMatchObject({ code: 'UNSUPPORTED_OPERATION' });
      expect([ctx.reports, ctx.budget.spent]).toEqual([[], 0]);
    },
  };
}

const has =
  (...kinds: readonly RecordKind[]) =>
  (capabilities: Capabilities): boolean =>
    kinds.every((kind) => capabilities.kinds.includes(kind));

const CHILD_CALLS = [
  ['tasksOfJobs', 'job', 'task'],
  ['executionsOfJobs', 'job', 'execution'],
  ['executionsOfTasks', 'task', 'execution'],
] as const;

/** Something to ask for: a key that is there, or any where there can be none. */
async function someKey(rig: Rig, kind: RecordKind): Promise<NativeKey> {
  if (!rig.adapter.capabilities.kinds.includes(kind)) return 'x' as NativeKey;
  return (await readRecords(rig, kind))[0]?.key ?? ('x' as NativeKey);
}

const listed = RECORD_KINDS.map((kind) =>
  cell({
    name: `list ${kind}`,
    claimed: has(kind),
    use: (rig, ctx) => rig.adapter.list(kind, queryFor(kind, { limit: 5 }), ctx),
    check: (page) => {
      expect(page).toMatchObject({ rows: expect.any(Array) as unknown });
      return Promise.resolve();
    },
  }),
);

const lookedUp = RECORD_KINDS.map((kind) =>
  cell({
    name: `get ${kind}`,
    claimed: has(kind),
    use: async (rig, ctx) => rig.adapter.get(kind, [await someKey(rig, kind)], ctx),
    check: async (answer, rig) => {
      expect([...(answer as { found: Map<string, unknown> }).found.keys()]).toEqual([
        await someKey(rig, kind),
      ]);
    },
  }),
);

const children = CHILD_CALLS.map(([call, parent, child]) =>
  cell({
    name: call,
    claimed: has(parent, child),
    use: async (rig, ctx) => rig.adapter[call]([await someKey(rig, parent)], ctx),
    check: async (answer, rig) => {
      expect([...(answer as { found: Map<string, unknown> }).found.keys()]).toEqual([
        await someKey(rig, parent),
      ]);
    },
  }),
);

/** By each of its filters: one that is claimed is applied upstream for one value or another, any other never is. */
const filtered = RECORD_KINDS.map((kind): ContractCase => ({
  name: `filters of ${kind}: none is applied upstream that is not claimed`,
  needs: has(kind),
  live: true,
  everyVersion: true,
  async run(target) {
    const rig = await target.still();
    const claimed = rig.adapter.capabilities.filters[kind] ?? [];
    const [record] = await readRecords(rig, kind);
    const values = {
      states: ['RUNNING'],
      nodeStates: ['READY'],
      reasons: ['CAPACITY'],
      jobKinds: ['BATCH'],
      origins: ['NATIVE'],
      projects: [record !== undefined && 'projectKey' in record ? record.projectKey : 'x'],
      labels: [{ key: 'team', values: ['x'] }],
      namePrefix: record?.name.slice(0, 2) ?? 'x',
      createdFrom: rig.clock.now() - 3_600_000,
      createdBefore: rig.clock.now(),
    } as const;
    for (const name of FILTERS_OF[kind].filter((each) => !claimed.includes(each))) {
      const pages = await readPages(rig, kind, { filter: { [name]: values[name] }, limit: 50 });
      expect([name, ...pages.flatMap((page) => page.pushedDown)]).toEqual([name]);
    }
  },
}));

const ordered: ContractCase = {
  name: 'a list is read in its own order alone; another is an INVALID_ARGUMENT, without a call',
  live: true,
  async run(target) {
    const rig = await target.still();
    for (const kind of rig.adapter.capabilities.kinds) {
      const query = queryFor(kind);
      const field = query.order.field === 'NAME' ? 'CREATED_AT' : 'NAME';
      const ctx = rig.ctx();
      const list = async () => rig.adapter.list(kind, { ...query, order: { ...query.order, field } }, ctx);
      await expect(list, kind).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
      expect(ctx.reports).toEqual([]);
    }
  },
};

export const matrix: Topic = {
  name: 'capability matrix',
  cases: [
    ...listed,
    ...lookedUp,
    ...children,
    cell({
      name: 'logs',
      claimed: ({ logs }) => logs !== 'NONE',
      use: async (rig, ctx) => rig.adapter.logs(await someKey(rig, 'execution'), WHOLE_LOG, ctx),
      check: (log) => {
        expect(log).toMatchObject({ lines: expect.any(Array) as unknown });
        return Promise.resolve();
      },
    }),
    cell({
      name: 'changes',
      claimed: ({ changes }) => changes !== 'NONE',
      use: (rig, ctx) => rig.adapter.changes(null, ctx),
      check: async (batch, rig) => {
        expect(keysOf((batch as { jobs: [] }).jobs)).toContain(await someKey(rig, 'job'));
      },
    }),
    {
      name: 'importJobs: there if it is claimed, else not at all',
      live: true,
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        const { capabilities, importJobs } = rig.adapter;
        expect(importJobs !== undefined).toBe(capabilities.imports === true);
        expect(target.capabilities.imports).toBe(capabilities.imports);
      },
    },
    ...filtered,
    ordered,
  ],
};
