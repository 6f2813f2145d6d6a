import type { ExecutionRecord, JobRecord, OutputPreview } from '../../model/records.ts';
import { isTerminal } from '../../model/state.ts';
import { requiredText, RowError, textOf, wireOf, type RowReader, type Wire } from '../reading.ts';
import { endedByItself, executionStatus, exitCodeOf } from './execution-status.ts';
import { executionKey, isId, taskKey } from './keys.ts';
import { generationOf } from './map-job.ts';
import type { Dialect } from './versions.ts';
import { counterOf, msOfNanos, requiredNanos, type Observed } from './wire.ts';

/** What the rows' own members do not tell: the job they were asked of. */
export interface ExecutionParent extends Observed {
  readonly job: Pick<JobRecord, 'key' | 'jobKind' | 'generation' | 'status'>;
  readonly dialect: Dialect;
}

interface Draft {
  readonly record: ExecutionRecord;
  readonly createdNanos: bigint;
}

/**
 * `RunOutput`: the head of each stream, cut by bytes and perhaps inside a character. A zero object unless the program
 * ended by itself, which reads as nothing.
 *
 * The server fills it with one single read, so it holds what the program wrote first (2 KB at most), and its own flag
 * only tells whether that was cut: a program that wrote 89 bytes in three goes has 20 of them here, "not truncated"
 * (seen on 1.9.3). So a stream that holds anything is never said to be whole; an empty one is.
 */
function outputOf(row: Wire, ended: boolean): OutputPreview | null {
  const output = wireOf(row['RunOutput']);
  const stdout = textOf(output['Stdout']) ?? '';
  // Lower case, unlike every other member of this object.
  const stderr = textOf(output['stderr']) ?? '';
  if (!ended && stdout === '' && stderr === '') return null;
  return { stdout, stdoutTruncated: stdout !== '', stderr, stderrTruncated: stderr !== '' };
}

function draft(row: Wire, parent: ExecutionParent): Draft {
  const id = requiredText(row, 'ID');
  if (!isId(id) || id.includes('/')) throw new RowError('ID is no usable id');
  const createdNanos = requiredNanos(row, 'CreateTime');
  const { job, dialect } = parent;
  const generation = generationOf(row['JobVersion']);
  // What the job's row tells is the state of its latest version.
  const jobState = generation === job.generation ? job.status.state : null;
  const status = executionStatus(row, dialect, jobState);
  const nodeId = textOf(row['NodeID']);
  const key = executionKey(job.key, id);
  const record: ExecutionRecord = {
    kind: 'execution',
    provider: parent.provider,
    key,
    nativeRef: { type: 'execution', id },
    name: textOf(row['Name']) ?? id,
    observedAt: parent.observedAt,
    status,
    generation,
    // The server counts from 1.
    revision: Math.max(counterOf(row['Revision']), 1),
    createdAt: msOfNanos(createdNanos),
    // While the state is reported as running, the last change was when it began to. Not kept once it ended.
    startedAt: status.state === 'RUNNING' && status.confidence === 'REPORTED' ? status.since : null,
    endedAt: isTerminal(status.state) ? status.since : null,
    jobKey: job.key,
    taskKey: taskKey(job.key),
    index: counterOf(row['PartitionIndex']),
    attempt: 1,
    nodeKey: nodeId === null || !isId(nodeId) ? null : (nodeId as ExecutionRecord['nodeKey']),
    exitCode: exitCodeOf(row, dialect),
    signal: null,
    output: outputOf(row, endedByItself(row, dialect)),
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
  const { jobKind, key } = parent.job;
  const perNode = jobKind === 'OPS' || jobKind === 'DAEMON';
  const drafts = reader.read(rows, (row) => {
    const jobId = textOf(row['JobID']);
    if (jobId !== null && jobId !== key) throw new RowError('JobID is of another job');
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
