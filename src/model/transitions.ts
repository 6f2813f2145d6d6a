import type { State } from './state.ts';
import { isTerminal } from './state.ts';

/** What a change from one state to another is, under the laws of the model. */
export type TransitionVerdict = 'SAME' | 'LEGAL' | 'LEGAL_SKIPPED' | 'CORRECTION' | 'ILLEGAL';

const ORDER: readonly State[] = ['SUBMITTING', 'QUEUED', 'PREPARING', 'RUNNING', 'FINALIZING'];

/**
 * Judges a change within one generation.
 *
 * - Forward jumps of any length are legal: a poll samples a process, it does not witness it (LEGAL_SKIPPED).
 * - Backward moves are legal for jobs and tasks (a requeue), never for an execution (a requeue opens a new attempt).
 * - UNKNOWN is reachable from, and leaves to, everything that has not ended.
 * - An end is final, except that a provider may revise which end it was (CORRECTION).
 */
export function judgeTransition(
  subject: 'job' | 'task' | 'execution',
  from: State,
  to: State,
): TransitionVerdict {
  if (from === to) return 'SAME';
  if (isTerminal(from)) return isTerminal(to) ? 'CORRECTION' : 'ILLEGAL';
  if (isTerminal(to) || from === 'UNKNOWN' || to === 'UNKNOWN') return 'LEGAL';
  if (to === 'CANCELLING') return 'LEGAL';
  // A stop that can be resumed ends in SUSPENDED; nothing else comes back from a cancellation.
  if (from === 'CANCELLING') return to === 'SUSPENDED' ? 'LEGAL' : 'ILLEGAL';
  if (from === 'SUSPENDED') return to === 'SUBMITTING' ? 'ILLEGAL' : 'LEGAL';
  if (to === 'SUSPENDED') return 'LEGAL';
  const step = ORDER.indexOf(to) - ORDER.indexOf(from);
  if (step > 0) return step === 1 ? 'LEGAL' : 'LEGAL_SKIPPED';
  return subject === 'execution' || to === 'SUBMITTING' ? 'ILLEGAL' : 'LEGAL';
}
