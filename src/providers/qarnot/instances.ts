import { countStates, latestAttempts, type StateCounts } from '../../model/fold.ts';
import type { RawState } from '../../model/records.ts';
import type { Confidence, Reason, State } from '../../model/state.ts';
import { isWire, listOf, numberOf, textOf, wireOf, type Wire } from '../reading.ts';
import {
  firstIds,
  idsOf,
  includes,
  intersect,
  MAX_ID,
  parseRanges,
  rangesOf,
  sizeOf,
  subtract,
  type Ranges,
} from './ranges.ts';
import { failureReason, waitingReason } from './reasons.ts';
import type { TaskRow } from './wire.ts';
import { INSTANCE_STATES, PHASES, instanceWord, phaseWord, taskWord, type TaskWord } from './words.ts';

/** What is known of one attempt of one instance. */
export interface InstanceFact {
  readonly index: number;
  /** From 1. Where the service does not tell it is 1, or 2 for an instance that waits but was started before. */
  readonly attempt: number;
  readonly state: State;
  readonly reason: Reason | null;
  readonly message: string | null;
  readonly raw: RawState;
  readonly confidence: Confidence;
}

/** Many instances of which only the same thing is known. */
interface InstanceGroup extends Omit<InstanceFact, 'index'> {
  readonly indexes: Ranges;
}

/**
 * The instances of a task, pieced together from three places: live rows (`perRunningInstanceInfo`), ended rows
 * (`completedInstances`) and range texts. An instance that is in none of them waits, or is wherever the task is.
 * Waiting instances stay ranges: a task may have millions.
 */
export interface Instances {
  /** One per (index, attempt), by index and attempt. */
  readonly told: readonly InstanceFact[];
  readonly groups: readonly InstanceGroup[];
  /** How many instances the task has; null when it does not say. */
  readonly count: number | null;
  /** How many instances are in each state, by their latest attempt; null when nothing is known of any. */
  readonly counts: StateCounts | null;
}

export function instancesOf(task: TaskRow): Instances {
  const word = taskWord(task.wire['state']);
  const status = wireOf(task.wire['status']);
  const total = allIndexes(task.wire);
  const told = toldInstances(task.wire, status, word);
  const groups = groupsOf(task, status, word, total, rangesOf(told.map((fact) => fact.index)));
  const counts: Partial<Record<State, number>> = {
    ...countStates(latestAttempts(told).map((fact) => fact.state)),
  };
  for (const group of groups) counts[group.state] = (counts[group.state] ?? 0) + sizeOf(group.indexes);
  return {
    told,
    groups,
    count: total === null ? null : sizeOf(total),
    counts: Object.keys(counts).length === 0 ? null : counts,
  };
}

/** At most `limit` instances by index: those with rows of their own first, then the rest from the lowest index on. */
export function listInstances(
  instances: Instances,
  limit: number,
): { readonly facts: readonly InstanceFact[]; readonly omitted: number } {
  const facts: InstanceFact[] = instances.told.slice(0, limit);
  let omitted = instances.told.length - facts.length;
  for (const { indexes, ...rest } of instances.groups) {
    const ids = idsOf(indexes, limit - facts.length);
    omitted += sizeOf(indexes) - ids.length;
    for (const index of ids) facts.push({ ...rest, index });
  }
  return { facts: facts.sort(byIndex), omitted };
}

/** Every attempt known of one instance, oldest first. */
export function instancesAt(instances: Instances, index: number): readonly InstanceFact[] {
  const told = instances.told.filter((fact) => fact.index === index);
  if (told.length > 0) return told;
  const group = instances.groups.find(({ indexes }) => includes(indexes, index));
  if (group === undefined) return [];
  const { indexes: _, ...rest } = group;
  return [{ ...rest, index }];
}

function byIndex(a: InstanceFact, b: InstanceFact): number {
  return a.index - b.index || a.attempt - b.attempt;
}

/** `advancedRanges` overrides the count, which then reads back as 0. */
function allIndexes(wire: Wire): Ranges | null {
  const ranges = parseRanges(textOf(wire['advancedRanges']));
  if (ranges !== null) return ranges;
  const count = numberOf(wire['instanceCount']) ?? numberOf(wire['totalInstanceCount']);
  return count === null || !Number.isInteger(count) || count < 0 || count > MAX_ID ? null : firstIds(count);
}

function toldInstances(task: Wire, status: Wire, word: TaskWord | null): InstanceFact[] {
  const facts = new Map<string, InstanceFact>();
  const running = listOf(wireOf(status['runningInstancesInfo'])['perRunningInstanceInfo']);
  for (const row of running) keep(facts, row, (wire) => runningFact(wire, word));
  // The same attempt in both lists has just ended.
  for (const row of listOf(task['completedInstances'])) keep(facts, row, completedFact);
  return [...facts.values()].sort(byIndex);
}

function keep(
  facts: Map<string, InstanceFact>,
  row: unknown,
  read: (wire: Wire) => Omit<InstanceFact, 'index' | 'attempt'>,
): void {
  if (!isWire(row)) return;
  const index = numberOf(row['instanceId']);
  if (index === null || !Number.isInteger(index) || index < 0 || index > MAX_ID) return;
  const tries = numberOf(row['executionAttemptCount']);
  // Whether the first attempt counts 0 or 1 is unverified; both read as 1.
  const attempt = tries !== null && Number.isInteger(tries) && tries > 1 && tries <= MAX_ID ? tries : 1;
  facts.set(`${String(index)}/${String(attempt)}`, { index, attempt, ...read(row) });
}

function runningFact(row: Wire, task: TaskWord | null): Omit<InstanceFact, 'index' | 'attempt'> {
  const value = textOf(row['phase']) ?? '';
  const phase = phaseWord(value);
  const raw = { value, detail: null, field: 'status.runningInstancesInfo.perRunningInstanceInfo.phase' };
  const rest = { reason: null, message: null, raw };
  if (task === 'PendingCancel' || task === 'PendingDelete')
    return { state: 'CANCELLING', confidence: 'DERIVED', ...rest };
  if (phase !== null) return { state: PHASES[phase].execution, confidence: 'REPORTED', ...rest };
  // It is listed as running; only where in its run it is was not said.
  if (value === '') return { state: 'RUNNING', confidence: 'INFERRED', ...rest };
  return { state: 'UNKNOWN', confidence: 'REPORTED', ...rest };
}

function completedFact(row: Wire): Omit<InstanceFact, 'index' | 'attempt'> {
  const value = textOf(row['state']) ?? '';
  const word = instanceWord(value);
  const error = wireOf(row['error']);
  const failed = word === 'Failure';
  return {
    state: word === null ? 'UNKNOWN' : INSTANCE_STATES[word],
    reason: failed ? failureReason(isWire(row['error']) ? [error] : []) : null,
    message: textOf(error['message']),
    raw: { value, detail: textOf(error['code']), field: 'completedInstances.state' },
    confidence: 'REPORTED',
  };
}

function groupsOf(
  task: TaskRow,
  status: Wire,
  word: TaskWord | null,
  total: Ranges | null,
  told: Ranges,
): InstanceGroup[] {
  const groups: InstanceGroup[] = [];
  let left = total;
  const take = (indexes: Ranges | null, fact: Omit<InstanceFact, 'index'>): void => {
    if (indexes === null) return;
    const own = left === null ? subtract(indexes, told) : intersect(subtract(indexes, told), left);
    if (own.length === 0) return;
    if (left !== null) left = subtract(left, own);
    groups.push({ ...fact, indexes: own });
  };
  const cancelled = parseRanges(status['cancelledRange']);
  // `failedRange` includes the cancelled ones, `failedOnlyRange` does not; older services have only the first.
  const failedOnly = parseRanges(status['failedOnlyRange']);
  const failed = failedOnly ?? withoutCancelled(parseRanges(status['failedRange']), cancelled);
  take(cancelled, ranged('CANCELLED', 'cancelledRange'));
  take(failed, ranged('FAILED', failedOnly === null ? 'failedRange' : 'failedOnlyRange'));
  take(parseRanges(status['succeededRange']), ranged('SUCCEEDED', 'succeededRange'));
  if (left === null) return groups;
  const rest = subtract(left, told);
  const { state, confidence } = placeOfTheRest(word, total);
  const value = textOf(task.wire['state']) ?? '';
  const fact = {
    state,
    reason: state === 'QUEUED' ? waitingReason(task) : null,
    message: null,
    raw: { value, detail: null, field: 'state' },
    confidence,
  };
  // An instance that was started before and waits now waits for another attempt.
  const again = state === 'QUEUED' ? intersect(rest, parseRanges(status['startedOnceRange']) ?? []) : [];
  take(again, { ...fact, attempt: 2, confidence: 'INFERRED' });
  take(subtract(rest, again), { ...fact, attempt: 1 });
  return groups;
}

function withoutCancelled(failed: Ranges | null, cancelled: Ranges | null): Ranges | null {
  return failed === null ? null : subtract(failed, cancelled ?? []);
}

function ranged(state: State, field: string): Omit<InstanceFact, 'index'> {
  const raw = { value: field, detail: null, field: `status.${field}` };
  return { attempt: 1, state, reason: null, message: null, raw, confidence: 'REPORTED' };
}

/** Where the instances are that no list and no range names, judged by the state of their task. */
function placeOfTheRest(
  word: TaskWord | null,
  total: Ranges | null,
): { readonly state: State; readonly confidence: Confidence } {
  switch (word) {
    case 'Submitted':
    case 'PartiallyDispatched':
    case 'PartiallyExecuting':
      return { state: 'QUEUED', confidence: 'DERIVED' };
    case 'FullyDispatched':
      return { state: 'PREPARING', confidence: 'DERIVED' };
    // Nothing is left in the queue, so it runs, or has ended since and is not listed yet.
    case 'FullyExecuting':
      return { state: 'RUNNING', confidence: 'INFERRED' };
    case 'DownloadingResults':
    case 'UploadingResults':
      return { state: 'FINALIZING', confidence: 'INFERRED' };
    case 'PendingCancel':
    case 'PendingDelete':
      return { state: 'CANCELLING', confidence: 'DERIVED' };
    case 'Cancelled':
      return { state: 'CANCELLED', confidence: 'INFERRED' };
    case 'Success':
      return { state: 'SUCCEEDED', confidence: 'DERIVED' };
    // Failure means that at least one failed: certain for the only one, for no other.
    case 'Failure':
      return total !== null && sizeOf(total) === 1
        ? { state: 'FAILED', confidence: 'DERIVED' }
        : { state: 'UNKNOWN', confidence: 'INFERRED' };
    default:
      return { state: 'UNKNOWN', confidence: 'INFERRED' };
  }
}
