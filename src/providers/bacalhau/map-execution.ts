import type { ExecutionRecord, JobKind, OutputPreview } from '../../model/records.ts';
import { isTerminal } from '../../model/state.ts';
import { requiredText, RowError, textOf, wireOf, type RowReader, type Wire } from '../reading.ts';
import { executionStatus, exitCodeOf } from './execution-status.ts';
import { executionKey, isId, jobKey, taskKey } from './keys.ts';
import { generationOf } from './map-job.ts';
import type { Dialect } from './versions.ts';
import { counterOf, msOfNanos, requiredNanos, type Observed } from './wire.ts';

/** What the rows' own members do not tell: the job they were asked of. */
export interface ExecutionParent extends Observed {
  readonly jobId: string;
  readonly jobKind: JobKind;
  readonly dialect: Dialect;
}

interface Draft {
  readonly record: ExecutionRecord;
  readonly createdNanos: bigint;
}

/**
 * `RunOutput`: the first 2 KB of each stream, cut by bytes and perhaps inside a character. A zero object until the
 * program ended by itself, which reads as nothing.
 */
function outputOf(row: Wire, completed: boolean): OutputPreview | null {
  const output = wireOf(row['RunOutput']);
  const stdout = textOf(output['Stdout']) ?? '';
  // Lower case, unlike every other member of this object.
  const stderr = textOf(output['stderr']) ?? '';
  if (!completed && stdout === '' && stderr === '') return null;
  return {
    stdout,
    stdoutTruncated: output['StdoutTruncated'] === true,
    stderr,
    stderrTruncated: output['StderrTruncated'] === true,
  };
}

function draft(row: Wire, parent: ExecutionParent): Draft {
  const id = requiredText(row, 'ID');
  if (!isId(id) || id.includes('/')) throw new RowError('ID is no usable id');
  const createdNanos = requiredNanos(row, 'CreateTime');
  const status = executionStatus(row, parent.dialect);
  const nodeId = textOf(row['NodeID']);
  const key = executionKey(parent.jobId, id);
  const record: ExecutionRecord = {
    kind: 'execution',
    provider: parent.provider,
    key,
    nativeRef: { type: 'execution', id },
    name: textOf(row['Name']) ?? id,
    observedAt: parent.observedAt,
    status,
    generation: generationOf(row['JobVersion']),
    revision: counterOf(row['Revision']),
    createdAt: msOfNanos(createdNanos),
    // While the state is reported as running, the last change was when it began to. Not kept once it ended.
    startedAt: status.state === 'RUNNING' && status.confidence === 'REPORTED' ? status.since : null,
    endedAt: isTerminal(status.state) ? status.since : null,
    jobKey: jobKey(parent.jobId),
    taskKey: taskKey(parent.jobId),
    index: counterOf(row['PartitionIndex']),
    attempt: 1,
    nodeKey: nodeId === null || !isId(nodeId) ? null : (nodeId as ExecutionRecord['nodeKey']),
    exitCode: exitCodeOf(row, parent.dialect),
    signal: null,
    output: outputOf(row, status.raw.value === 'Completed'),
  };
  return { record, createdNanos };
}

/**
 * The executions of one job, oldest first. Rows of other jobs are not expected and dropped.
 *
 * The attempt is the position by creation within (job version, index), rejected bids included: it never changes, and
 * every execution has its own. `ops` and `daemon` jobs have no partitions but run once per node: there the index is
 * the node's, in the order in which nodes first appear.
 */
export function mapExecutions(
  rows: readonly unknown[],
  parent: ExecutionParent,
  reader: RowReader,
): ExecutionRecord[] {
  const perNode = parent.jobKind === 'OPS' || parent.jobKind === 'DAEMON';
  const drafts = reader.read(rows, (row) => {
    const jobId = textOf(row['JobID']);
    if (jobId !== null && jobId !== parent.jobId) throw new RowError('JobID is of another job');
    return draft(row, parent);
  });
  const attempts = new Map<string, number>();
  const nodes = new Map<number, Map<string, number>>();
  return drafts.sort(byCreation).map(({ record }) => {
    const index = perNode ? nodeIndex(record, nodes) : record.index;
    const slot = `${String(record.generation)}/${String(index)}`;
    const attempt = (attempts.get(slot) ?? 0) + 1;
    attempts.set(slot, attempt);
    return { ...record, index, attempt };
  });
}

function nodeIndex(record: ExecutionRecord, nodes: Map<number, Map<string, number>>): number {
  const known = nodes.get(record.generation) ?? new Map<string, number>();
  nodes.set(record.generation, known);
  const node = record.nodeKey ?? '';
  const index = known.get(node) ?? known.size;
  known.set(node, index);
  return index;
}

function byCreation(a: Draft, b: Draft): number {
  if (a.createdNanos !== b.createdNanos) return a.createdNanos < b.createdNanos ? -1 : 1;
  return a.record.key < b.record.key ? -1 : 1;
}
