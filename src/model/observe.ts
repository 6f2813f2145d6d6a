import type { State } from './state.ts';
import { isTerminal } from './state.ts';
import { judgeTransition } from './transitions.ts';

/** What kind of work is being watched: the laws differ. */
export type Subject = 'job' | 'task' | 'execution';

/** The state of one object as it was last accepted. */
export interface KnownState {
  readonly state: State;
  /** Ours: rises when the provider says so, and when work that had ended is alive again. */
  readonly generation: number;
  /** The provider's own count when this was accepted. */
  readonly nativeGeneration: number;
}

/**
 * FIRST: nothing was known. NONE: nothing changed. MOVED: one legal step. SKIPPED: a legal step over states nobody saw.
 * CORRECTED: the provider revised which end it was. REOPENED: a new generation. HELD: what was seen cannot follow what
 * is known (an older answer, a provider that lost sight of something finished); the known state stands.
 */
export type ObservedChange = 'FIRST' | 'NONE' | 'MOVED' | 'SKIPPED' | 'CORRECTED' | 'REOPENED' | 'HELD';

export interface Observed {
  readonly known: KnownState;
  readonly change: ObservedChange;
}

/**
 * The state machine that what providers say is led through: whatever words arrive in whatever order, no illegal
 * transition comes out. Polls sample a process and may even go back in time, so this is where nonsense stops.
 */
export function observe(
  subject: Subject,
  known: KnownState | null,
  seen: { readonly state: State; readonly generation: number },
): Observed {
  const { state, generation: nativeGeneration } = seen;
  if (known === null)
    return { known: { state, generation: nativeGeneration, nativeGeneration }, change: 'FIRST' };
  if (nativeGeneration < known.nativeGeneration) return { known, change: 'HELD' };
  const reopened = (by: number): Observed => ({
    known: { state, generation: known.generation + by, nativeGeneration },
    change: 'REOPENED',
  });
  if (nativeGeneration > known.nativeGeneration) return reopened(nativeGeneration - known.nativeGeneration);
  const accepted = { ...known, state };
  switch (judgeTransition(subject, known.state, state)) {
    case 'SAME':
      return { known, change: 'NONE' };
    case 'LEGAL':
      return { known: accepted, change: 'MOVED' };
    case 'LEGAL_SKIPPED':
      return { known: accepted, change: 'SKIPPED' };
    case 'CORRECTION':
      return { known: accepted, change: 'CORRECTED' };
    case 'ILLEGAL':
      // Only jobs and tasks are run again under the same id; an execution that ended has ended.
      return isTerminal(known.state) && state !== 'UNKNOWN' && subject !== 'execution'
        ? reopened(1)
        : { known, change: 'HELD' };
  }
}
