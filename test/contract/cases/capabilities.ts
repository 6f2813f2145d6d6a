import { buildSchema, isObjectType } from 'graphql';
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { RECORD_KINDS, type RecordKind } from '../../../src/model/ids.ts';
import type { AnyRecord } from '../../../src/model/records.ts';
import { isTerminal } from '../../../src/model/state.ts';
import { FILTERS_OF } from '../../../src/merge/filter.ts';
import type { Target, Topic } from '../case.ts';
import { WHOLE_LOG } from '../operations.ts';
import { keysOf, queryFor, readPage, readRecords } from '../reading.ts';

const KIND_OF_TYPE: Readonly<Record<string, RecordKind>> = {
  Job: 'job',
  Task: 'task',
  Execution: 'execution',
  ComputeNode: 'computeNode',
  // The amounts of a node, which are members of the record itself.
  ComputeNodeResources: 'computeNode',
  Project: 'project',
};

/** Whether a field of the schema has nothing to show for a record. */
function isEmpty(record: AnyRecord, field: string): boolean {
  const members: Readonly<Record<string, unknown>> = { ...record };
  const value = members[field] ?? members[`${field}Key`] ?? null;
  if (value === null || (Array.isArray(value) && value.length === 0)) return true;
  return typeof value === 'object' && Object.values(value).every((part) => part === null);
}

export const capabilities: Topic = {
  name: 'capabilities',
  cases: [
    {
      name: 'every kind that is claimed can be listed and looked up',
      live: true,
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        expect(new Set(rig.adapter.capabilities.kinds).size).toBe(rig.adapter.capabilities.kinds.length);
        for (const kind of rig.adapter.capabilities.kinds) {
          const page = await readPage(rig, kind, { limit: 2 });
          const { found } = await rig.adapter.get(kind, keysOf(page.rows), rig.ctx());
          expect(sortedKeys(found)).toEqual(keysOf(page.rows).toSorted());
        }
      },
    },
    {
      name: 'a kind that is not claimed is refused, without a call',
      async run(target) {
        const { narrowed } = target.facts;
        const rig = await target.start(narrowed === null ? {} : { settings: narrowed.settings });
        const { kinds } = rig.adapter.capabilities;
        for (const kind of narrowed?.without ?? []) expect(kinds).not.toContain(kind);
        const ctx = rig.ctx();
        for (const kind of RECORD_KINDS.filter((each) => !kinds.includes(each))) {
          const refusal = { code: 'UNSUPPORTED_OPERATION' };
          await expect(async () => rig.adapter.list(kind, queryFor(kind), ctx)).rejects.toMatchObject(
            refusal,
          );
          await expect(async () => rig.adapter.get(kind, ['x' as never], ctx)).rejects.toMatchObject(refusal);
        }
        expect(ctx.reports).toEqual([]);
        // What is claimed beside them still works.
        for (const kind of kinds) await readPage(rig, kind);
      },
    },
    {
      name: 'fields that are never filled exist, and are empty in every record',
      live: true,
      async run(target) {
        const rig = await target.still();
        const schema = buildSchema(
          readFileSync(new URL('../../../schema/schema.graphql', import.meta.url), 'utf8'),
        );
        for (const coordinate of rig.adapter.capabilities.neverFilled) {
          const [typeName = '', field = ''] = coordinate.split('.');
          const type = schema.getType(typeName);
          expect(isObjectType(type) && Object.keys(type.getFields()).includes(field), coordinate).toBe(true);
          const kind = KIND_OF_TYPE[typeName];
          if (kind === undefined || !rig.adapter.capabilities.kinds.includes(kind)) continue;
          const filled = (await readRecords(rig, kind)).filter((record) => !isEmpty(record, field));
          expect(keysOf(filled), coordinate).toEqual([]);
        }
      },
    },
    {
      name: 'nodes and exit codes of executions are told when that is claimed, and only then',
      everyVersion: true,
      async run(target) {
        const rig = await target.still();
        const { executionNode, exitCode } = rig.adapter.capabilities;
        const executions = await readRecords(rig, 'execution');
        const running = executions.filter(({ status }) => status.state === 'RUNNING');
        if (executionNode) expect(running.every(({ nodeKey }) => nodeKey !== null)).toBe(true);
        const coded = executions.filter((execution) => execution.exitCode !== null);
        expect(coded.length > 0).toBe(exitCode);
      },
    },
    {
      name: 'logs and changes work as far as they are claimed',
      async run(target) {
        const rig = await target.still();
        const { logs, changes } = rig.adapter.capabilities;
        const [execution] = (await readRecords(rig, 'execution')).filter(({ status }) =>
          isTerminal(status.state),
        );
        const log = async () => rig.adapter.logs(execution!.key, WHOLE_LOG, rig.ctx());
        if (logs === 'NONE') await expect(log).rejects.toMatchObject({ code: 'UNSUPPORTED_OPERATION' });
        else expect((await log()).end).toMatch(/^(?:ENDED|GONE|TRUNCATED)$/);
        const change = async () => rig.adapter.changes(null, rig.ctx());
        if (changes === 'NONE') await expect(change).rejects.toMatchObject({ code: 'UNSUPPORTED_OPERATION' });
        else expect((await change()).jobs.length).toBeGreaterThan(0);
      },
    },
    {
      name: 'filters and batches are named for kinds that exist, and make sense',
      live: true,
      run(target: Target) {
        const { kinds, filters, batch } = target.capabilities;
        for (const kind of Object.keys({ ...filters, ...batch })) expect(kinds).toContain(kind);
        for (const size of Object.values(batch)) expect(size).toBeGreaterThanOrEqual(1);
        // Executions may also be filtered by what is true of their jobs.
        for (const kind of kinds) {
          const sensible =
            kind === 'execution' ? [...FILTERS_OF.job, ...FILTERS_OF.execution] : FILTERS_OF[kind];
          expect((filters[kind] ?? []).filter((name) => !sensible.includes(name))).toEqual([]);
        }
        return Promise.resolve();
      },
    },
  ],
};

function sortedKeys(found: ReadonlyMap<string, unknown>): string[] {
  return [...found.keys()].toSorted();
}
