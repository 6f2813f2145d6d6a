import { GridweaveError } from '../../src/model/errors.ts';
import type { NativeKey } from '../../src/model/ids.ts';
import { isTerminal } from '../../src/model/state.ts';
import type { LogRequest } from '../../src/providers/provider.ts';
import type { Target } from './case.ts';
import { queryFor, readRecords } from './reading.ts';
import type { CaseContext, Rig } from './rig.ts';

/** One thing an adapter can be asked, with keys that exist. */
export interface Operation {
  readonly name: string;
  run(rig: Rig, ctx: CaseContext): Promise<unknown>;
}

export const WHOLE_LOG: LogRequest = {
  stream: 'COMBINED',
  afterByte: 0,
  tailLines: null,
  maxBytes: 1_000_000,
};

/** Everything the adapter can be asked that makes it call its provider. */
export async function operations(rig: Rig, { facts }: Target): Promise<Operation[]> {
  const job = await oneOf(rig, 'job');
  const task = await oneOf(rig, 'task');
  const execution = await oneOf(rig, 'execution');
  const all: Operation[] = [];
  const { kinds, logs, changes } = rig.adapter.capabilities;
  for (const kind of kinds.filter((each) => facts.firstPageCalls[each] > 0)) {
    all.push({ name: `list ${kind}`, run: (on, ctx) => on.adapter.list(kind, queryFor(kind), ctx) });
  }
  all.push(
    { name: 'get job', run: (on, ctx) => on.adapter.get('job', [job], ctx) },
    { name: 'get task', run: (on, ctx) => on.adapter.get('task', [task], ctx) },
    { name: 'get execution', run: (on, ctx) => on.adapter.get('execution', [execution], ctx) },
    { name: 'tasks of jobs', run: (on, ctx) => on.adapter.tasksOfJobs([job], ctx) },
    { name: 'executions of jobs', run: (on, ctx) => on.adapter.executionsOfJobs([job], ctx) },
    { name: 'executions of tasks', run: (on, ctx) => on.adapter.executionsOfTasks([task], ctx) },
  );
  if (logs !== 'NONE') {
    all.push({ name: 'logs', run: (on, ctx) => on.adapter.logs(execution, WHOLE_LOG, ctx) });
  }
  if (changes !== 'NONE') all.push({ name: 'changes', run: (on, ctx) => on.adapter.changes(null, ctx) });
  return all;
}

/** The key of an object that has not ended, or else of any: what has ended may be remembered. */
async function oneOf(rig: Rig, kind: 'job' | 'task' | 'execution'): Promise<NativeKey> {
  const records = await readRecords(rig, kind);
  const record = records.find(({ status }) => !isTerminal(status.state)) ?? records[0];
  if (record === undefined) throw new Error(`the provider has no ${kind} to ask for`);
  return record.key;
}

/** How an operation failed: the error it was rejected with, or the one it gives for each key. */
export async function failuresOf(work: () => Promise<unknown>): Promise<unknown[]> {
  try {
    const answer = await work();
    const missing =
      typeof answer === 'object' && answer !== null && 'missing' in answer ? answer.missing : null;
    return missing instanceof Map ? [...missing.values()] : [];
  } catch (error) {
    return [error];
  }
}

/** What an operation came to: "OK", or the codes of its failures. */
export async function outcomeOf(work: () => Promise<unknown>): Promise<string> {
  const failures = await failuresOf(work);
  if (failures.length === 0) return 'OK';
  return [
    ...new Set(failures.map((error) => (error instanceof GridweaveError ? error.code : String(error)))),
  ].join();
}
