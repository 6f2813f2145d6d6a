import { observe, type KnownState, type ObservedChange } from '../model/observe.ts';
import type { WatchedRecord } from './event.ts';
import type { Entry } from './memory.ts';
import { hasEnded } from './projection.ts';

/** Leads what is seen through the state machine. Compute nodes have none. */
export function step(
  seen: WatchedRecord,
  known: KnownState | null,
): { readonly known: KnownState | null; readonly change: ObservedChange } {
  if (seen.kind === 'computeNode') return { known: null, change: 'NONE' };
  const { generation, status } = seen;
  const observed = observe(seen.kind, known, { state: status.state, generation });
  if (observed.change !== 'HELD' || known === null) return observed;
  // Of use only for an object that was deleted and is back: it begins anew, and its generation must not fall.
  const anew = { state: status.state, generation: Math.max(known.generation, generation), nativeGeneration: generation }; // prettier-ignore
  return { known: anew, change: 'HELD' };
}

/**
 * Whether a provider counts fewer generations than before. It may be an answer from a place that lags behind; or the count is
 * made of what is there (the tasks of a Qarnot job), or of what the adapter has witnessed since it was started.
 */
export function hasFallen({ known }: Entry, seen: WatchedRecord): boolean {
  return known !== null && seen.kind !== 'computeNode' && seen.generation < known.nativeGeneration;
}

/** The same state, with the provider's count as it is now. Ours stays. */
export function rebased(known: KnownState | null, seen: WatchedRecord): KnownState | null {
  return known === null || seen.kind === 'computeNode'
    ? null
    : { ...known, nativeGeneration: seen.generation };
}

/**
 * Whether what is told of work is older than its end, which a poll has shown meanwhile: a quick job may have ended before the
 * answer to its submission is there. Only a new generation opens again what has ended.
 */
export function comesLate({ record, known }: Entry, told: WatchedRecord): boolean {
  if (told.kind === 'computeNode' || known === null || !hasEnded(record) || hasEnded(told)) return false;
  return told.generation <= known.nativeGeneration;
}

/** A provider that keeps deleted work for a while tells of the deletion in its own way. */
export function wasDeleted(record: WatchedRecord): boolean {
  return record.kind !== 'computeNode' && record.status.reason === 'DELETED_UPSTREAM' && hasEnded(record);
}
