/** What holds of every record, whatever its provider. */
import { decodeId, encodeId } from '../../src/model/ids.ts';
import {
  COMPUTE_NODE_STATES,
  JOB_KINDS,
  type AnyRecord,
  type ComputeNodeRecord,
  type ExecutionRecord,
  type JobRecord,
  type Resources,
  type TaskRecord,
} from '../../src/model/records.ts';
import { CONFIDENCES, isTerminal, REASONS, STATES } from '../../src/model/state.ts';

/** The laws that a record breaks, each in a few words; none for a sound one. */
export function brokenLaws(record: AnyRecord, provider: string): string[] {
  const broken: string[] = [];
  const law = (holds: boolean, what: string): void => {
    if (!holds) broken.push(`${record.kind} ${record.key}: ${what}`);
  };
  law(record.provider === provider, 'provider');
  law(record.key !== '' && record.name !== '', 'key and name are not empty');
  law(record.nativeRef.type !== '' && record.nativeRef.id !== '', 'nativeRef');
  law(isTime(record.observedAt), 'observedAt');
  const ref = decodeId(encodeId(record.kind, record.provider, record.key));
  law(
    ref?.kind === record.kind && ref.provider === provider && ref.key === record.key,
    'its id leads back to it',
  );
  law(Buffer.from(record.key).toString() === record.key, 'its key is proper Unicode');
  law(JSON.stringify(record).length > 0 && !JSON.stringify(record).includes('undefined'), 'plain data');
  if ('generation' in record) workLaws(record, law);
  switch (record.kind) {
    case 'job':
      law(JOB_KINDS.includes(record.jobKind), 'jobKind');
      law(record.priority === null || isInt(record.priority), 'priority');
      for (const task of record.tasks ?? []) {
        law(task.jobKey === record.key, 'its tasks are its own');
        broken.push(...brokenLaws(task, provider));
      }
      break;
    case 'task':
      law(isIntOrNull(record.count), 'count');
      law(
        record.timeoutMs === null || (Number.isSafeInteger(record.timeoutMs) && record.timeoutMs > 0),
        'timeoutMs',
      );
      law(record.environmentNames.every((name) => name !== ''), 'environmentNames'); // prettier-ignore
      resourceLaws(record.resources, law);
      for (const execution of record.executions ?? []) {
        law(
          execution.taskKey === record.key && execution.jobKey === record.jobKey,
          'its executions are its own',
        );
        broken.push(...brokenLaws(execution, provider));
      }
      break;
    case 'execution':
      executionLaws(record, law);
      break;
    case 'computeNode':
      nodeLaws(record, law);
      break;
    case 'project':
      for (const { limit, used } of record.quota) {
        law(isAmount(limit) && isAmount(used), 'quota');
      }
  }
  return broken;
}

type Law = (holds: boolean, what: string) => void;

function workLaws(record: JobRecord | TaskRecord | ExecutionRecord, law: Law): void {
  const { status, generation, revision, createdAt, startedAt, endedAt } = record;
  law(STATES.includes(status.state), 'state');
  law(status.reason === null || REASONS.includes(status.reason), 'reason');
  law(CONFIDENCES.includes(status.confidence), 'confidence');
  law(status.raw.field !== '', 'raw.field');
  // What is concluded from absence has no word of the provider's.
  const unsaid = status.state === 'UNKNOWN' || status.confidence === 'INFERRED';
  law(status.raw.value !== '' || unsaid, 'raw.value is kept');
  law(status.since === null || isTime(status.since), 'since');
  law(isInt(generation) && generation >= 1, 'generation from 1');
  law(isInt(revision) && revision >= 1, 'revision from 1');
  law(isTime(createdAt), 'createdAt');
  const times = [createdAt, startedAt, endedAt].filter((time) => time !== null);
  law(times.every(isTime), 'times are whole milliseconds');
  law(times.every((time, i) => i === 0 || time >= times[i - 1]!), 'createdAt, startedAt, endedAt in this order'); // prettier-ignore
  law(endedAt === null || isTerminal(status.state), 'only what has ended has an end');
  for (const [state, count] of Object.entries(status.counts ?? {})) {
    law((STATES as readonly string[]).includes(state) && isInt(count) && count > 0, 'counts');
  }
}

function executionLaws(record: ExecutionRecord, law: Law): void {
  law(isInt(record.index) && record.index >= 0, 'index from 0');
  law(isInt(record.attempt) && record.attempt >= 1, 'attempt from 1');
  law(record.exitCode === null || isInt(record.exitCode), 'exitCode');
  law(record.exitCode === null || isTerminal(record.status.state), 'only what has ended has an exit code');
  law(
    !(record.status.state === 'SUCCEEDED' && (record.exitCode ?? 0) !== 0),
    'success with an exit code other than 0',
  );
  law(record.nodeKey !== '', 'nodeKey is a key or null');
}

function nodeLaws(record: ComputeNodeRecord, law: Law): void {
  law(COMPUTE_NODE_STATES.includes(record.status.state), 'state');
  law(record.status.raw.field !== '', 'raw.field');
  law(record.createdAt === null || isTime(record.createdAt), 'createdAt');
  law(['MACHINE', 'SLOT', 'AGGREGATE'].includes(record.nodeKind), 'nodeKind');
  law(record.parentKey === null || record.nodeKind === 'SLOT', 'only slots have a parent');
  for (const amount of [record.capacity, record.allocated, record.available]) resourceLaws(amount, law);
  law(
    isCountOrNull(record.runningExecutions) && isCountOrNull(record.queuedExecutions),
    'numbers of executions',
  );
  for (const gpu of record.gpus)
    law(gpu.model !== '' && isInt(gpu.index) && isCountOrNull(gpu.memoryBytes), 'gpus');
}

function resourceLaws(amount: Resources, law: Law): void {
  law(
    isCountOrNull(amount.memoryBytes) && isCountOrNull(amount.diskBytes),
    'bytes are whole, from 0, and exact',
  );
  law(isIntOrNull(amount.cpuMillis) && isIntOrNull(amount.gpuMillis), 'thousandths');
}

function isCountOrNull(value: number | null): boolean {
  return value === null || (Number.isSafeInteger(value) && value >= 0);
}

/** What GraphQL's Int can carry: anything else turns into an error only when it is asked for. */
function isInt(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31;
}

function isIntOrNull(value: number | null): boolean {
  return value === null || (isInt(value) && value >= 0);
}

function isAmount(value: number | null): boolean {
  return value === null || (Number.isFinite(value) && value >= 0);
}

function isTime(value: number): boolean {
  return Number.isSafeInteger(value) && value > 0;
}
