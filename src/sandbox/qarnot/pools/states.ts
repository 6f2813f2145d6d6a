import type { Installation } from '../store/installation.ts';
import type { PoolFacts } from '../store/ledger.ts';
import type { Part } from '../status/part.ts';
import { BOOT_MS, CLOSING_MS, DISPATCH_MS, loadOf, slotsOf, targetOf } from './slots.ts';

export type PoolState =
  | 'Submitted'
  | 'PartiallyDispatched'
  | 'FullyDispatched'
  | 'PartiallyExecuting'
  | 'FullyExecuting'
  | 'Closing'
  | 'Closed';

export interface PoolStep {
  readonly state: PoolState;
  readonly since: number;
}

export interface PoolStates {
  readonly current: PoolStep;
  readonly previous: PoolStep | null;
}

function readyState(slots: readonly Part[], target: number): PoolState {
  const executing = slots.filter(({ phase }) => phase === 'executing').length;
  const placed = slots.filter(({ phase }) => phase !== 'waiting').length;
  if (executing > 0) return executing < target ? 'PartiallyExecuting' : 'FullyExecuting';
  // A pool that may shrink to nothing is ready without a machine.
  if (target === 0) return 'FullyExecuting';
  if (placed > 0) return placed < target ? 'PartiallyDispatched' : 'FullyDispatched';
  return 'Submitted';
}

/** The state of a pool by the clock: its machines boot after its creation, and leave after its closing. */
export function poolState(installation: Installation, pool: PoolFacts, now: number): PoolStates {
  const { createdAt, closingSince } = pool;
  const submitted: PoolStep = { state: 'Submitted', since: createdAt };
  const dispatched: PoolStep = { state: 'FullyDispatched', since: createdAt + DISPATCH_MS };
  const readySince = createdAt + DISPATCH_MS + BOOT_MS;
  if (closingSince !== null) {
    const reached =
      closingSince < readySince ? submitted : { state: 'FullyExecuting' as const, since: readySince };
    const closing: PoolStep = { state: 'Closing', since: closingSince };
    if (now - closingSince < CLOSING_MS) return { current: closing, previous: reached };
    return { current: { state: 'Closed', since: closingSince + CLOSING_MS }, previous: closing };
  }
  const load = loadOf(installation, pool, now);
  const target = targetOf(pool, load, now);
  const slots = slotsOf(installation, pool, target, now);
  const state = readyState(slots, target);
  if (state === 'Submitted') return { current: submitted, previous: null };
  if (state.endsWith('Dispatched')) return { current: { ...dispatched, state }, previous: submitted };
  return { current: { state, since: changedAt(installation, pool, readySince) }, previous: dispatched };
}

/** Since when the pool has the machines it has: its readiness, or the last time one of its nodes went or came. */
function changedAt(installation: Installation, pool: PoolFacts, readySince: number): number {
  return (pool.nodeIds ?? []).reduce((latest, id) => {
    const node = installation.site.nodes.get(id);
    if (node === undefined || node.upSince <= pool.createdAt) return latest;
    return Math.max(latest, node.up ? node.upSince + DISPATCH_MS + BOOT_MS : node.upSince);
  }, readySince);
}
