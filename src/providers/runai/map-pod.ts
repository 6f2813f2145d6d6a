import type { ProviderKey } from '../../model/ids.ts';
import type { ExecutionRecord } from '../../model/records.ts';
import { isTerminal } from '../../model/state.ts';
import { parseTimestamp, type EpochMs } from '../../model/time.ts';
import { listOf, textOf, wireOf, type Wire } from '../reading.ts';
import { executionKey, jobKey, nodeKey, taskKey } from './keys.ts';
import { podStatus } from './status.ts';
import { idOf, revisionOf, type PodRow } from './wire.ts';

/** A place among a workload's indexes, and who holds it now. */
interface Seat {
  attempt: number;
  holder: ExecutionRecord;
}

/**
 * The executions of one workload, oldest first, made of all its pods. A pod tells neither its index nor its attempt (the
 * ordinals in some names are of several schemes): one that was created after another had failed or was taken away is
 * the next attempt at that one's place, every other has a place of its own.
 */
export function executionRecords(provider: ProviderKey, pods: Iterable<PodRow>): ExecutionRecord[] {
  const sorted = [...pods].sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
  const seats: Seat[] = [];
  return sorted.map((pod) => {
    const record = executionRecord(provider, pod);
    const index = seats.findIndex(({ holder }) => gaveWay(holder, pod.createdAt));
    const seat = seats[index];
    const attempt = (seat?.attempt ?? 0) + 1;
    const placed = { ...record, index: seat === undefined ? seats.length : index, attempt };
    if (seat === undefined) seats.push({ attempt, holder: placed });
    else Object.assign(seat, { attempt, holder: placed });
    return placed;
  });
}

function gaveWay({ status, endedAt }: ExecutionRecord, at: EpochMs): boolean {
  return (status.state === 'FAILED' || status.state === 'CANCELLED') && endedAt !== null && endedAt <= at;
}

function executionRecord(
  provider: ProviderKey,
  { id, workloadId, createdAt, observedAt, wire }: PodRow,
): ExecutionRecord {
  // prettier-ignore
  const status = podStatus(wire);
  const cluster = idOf(wire['clusterId']);
  const node = textOf(wire['nodeName']);
  const ended = isTerminal(status.state);
  return {
    kind: 'execution',
    provider,
    key: executionKey(workloadId, id),
    nativeRef: { type: 'pod', id },
    name: textOf(wire['name']) ?? id,
    observedAt,
    status,
    generation: 1,
    revision: revisionOf({ id, createdAt, observedAt, wire }),
    createdAt,
    startedAt: startOf(wire),
    endedAt: ended ? (parseTimestamp(wire['completedAt']) ?? status.since) : null,
    jobKey: jobKey(workloadId),
    taskKey: taskKey(workloadId),
    index: 0,
    attempt: 1,
    nodeKey: cluster === null || node === null ? null : nodeKey(cluster, node),
    exitCode: null,
    signal: null,
    output: null,
  };
}

/** When the first of its containers started; null before. */
function startOf(wire: Wire): EpochMs | null {
  return listOf(wire['containers'])
    .map((container) => parseTimestamp(wireOf(container)['startedAt']))
    .reduce((first, time) => (first === null || (time !== null && time < first) ? time : first), null);
}
