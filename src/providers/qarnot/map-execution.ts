import type { NativeKey, ProviderKey } from '../../model/ids.ts';
import type { ExecutionRecord, TaskRecord } from '../../model/records.ts';
import { isTerminal } from '../../model/state.ts';
import type { InstanceFact } from './instances.ts';
import { executionKey } from './keys.ts';

/** What an execution shares with its task. */
export type TaskFacts = Pick<
  TaskRecord,
  'key' | 'jobKey' | 'name' | 'createdAt' | 'endedAt' | 'revision' | 'observedAt' | 'count'
> & { readonly provider: ProviderKey; readonly nodeKey: NativeKey | null };

/**
 * One attempt of one instance. The service gives instances no times of their own, no exit code, and for an in-pool task
 * no slot: `nodeKey` is then the pool as a whole.
 */
export function executionRecord(task: TaskFacts, fact: InstanceFact): ExecutionRecord {
  const { index, attempt, state, reason, message, raw, confidence } = fact;
  return {
    kind: 'execution',
    provider: task.provider,
    key: executionKey(task.key, index, attempt),
    nativeRef: { type: 'instance', id: `${task.key}/${String(index)}` },
    name: `${task.name}/${String(index)}`,
    observedAt: task.observedAt,
    status: {
      state,
      reason,
      message,
      raw,
      desired: null,
      degraded: false,
      counts: null,
      confidence,
      since: null,
    },
    generation: 1,
    revision: task.revision,
    createdAt: task.createdAt,
    startedAt: null,
    // Only of a task's single instance is the end known: it is the task's.
    endedAt: task.count === 1 && isTerminal(state) ? task.endedAt : null,
    jobKey: task.jobKey,
    taskKey: task.key,
    index,
    attempt,
    nodeKey: task.nodeKey,
    exitCode: null,
    signal: null,
    output: null,
  };
}
