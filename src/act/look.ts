import { GridweaveError } from '../model/errors.ts';
import type { EpochMs } from '../model/time.ts';
import type { FindAnswer, FindTarget } from '../providers/acting.ts';
import type { OnceCalls, OnceDeps } from './once.ts';
import { notProvenAbsent, unknownOutcome } from './once-errors.ts';

/** What looking came to. */
export type LookAnswer =
  | Extract<FindAnswer, { readonly outcome: 'FOUND' }>
  | {
      /** It was looked for after the time in which it would have become visible. */
      readonly outcome: 'ABSENT';
      /**
       * For so long a create that was never answered may still take effect, in milliseconds; 0 when none can. Above 0 only
       * where the provider itself refuses a second one, so that the wait need not come before the next create.
       */
      readonly settlesInMs: number;
    }
  | { readonly outcome: 'UNKNOWN'; readonly error: GridweaveError };

const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 1_000;

/**
 * Looks a submission up at the provider until it is found, proven absent, or the time is over. `sent`: a create may be on
 * its way, so that one look too early proves nothing.
 */
export async function look(
  calls: OnceCalls,
  target: FindTarget,
  sent: boolean,
  deadlineAt: EpochMs,
  deps: Pick<OnceDeps, 'clock' | 'sleep' | 'onFault'>,
): Promise<LookAnswer> {
  const { traits, provider } = calls;
  const visibleAt = sent ? target.sentAt + traits.visibleAfterMs : 0;
  // What takes effect at the last moment has yet to become visible.
  const settledAt = sent ? visibleAt + traits.settleMs : 0;
  // Nobody but us keeps a second one away where it can only be looked up.
  const provenAt = traits.once === 'LOOKUP' ? settledAt : visibleAt;
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)) {
    const lookedAt = deps.clock.now();
    const answer = await oneLook(calls, target, deadlineAt, deps);
    if (answer.outcome === 'FOUND') return answer;
    if (answer.outcome === 'ABSENT' && lookedAt >= provenAt) {
      return { outcome: 'ABSENT', settlesInMs: Math.max(0, settledAt - lookedAt) };
    }
    const hopeless = answer.outcome === 'UNKNOWN' && !answer.error.retryable;
    const next = answer.outcome === 'UNKNOWN' ? delayMs : Math.max(delayMs, visibleAt - lookedAt);
    const late = deps.clock.now() + next >= deadlineAt;
    const inVain = answer.outcome === 'ABSENT' && provenAt >= deadlineAt && lookedAt >= visibleAt;
    if (hopeless || late || inVain || traits.once === 'NONE') {
      return answer.outcome === 'ABSENT'
        ? { outcome: 'UNKNOWN', error: notProvenAbsent(provider, provenAt - lookedAt) }
        : answer;
    }
    // Interrupted: the gateway is leaving, and what is known must do.
    if (!(await deps.sleep(next).then(yes, no)))
      return { outcome: 'UNKNOWN', error: unknownOutcome(provider) };
  }
}

const yes = (): boolean => true;
const no = (): boolean => false;

async function oneLook(
  calls: OnceCalls,
  target: FindTarget,
  deadlineAt: EpochMs,
  deps: Pick<OnceDeps, 'onFault'>,
): Promise<FindAnswer | { readonly outcome: 'UNKNOWN'; readonly error: GridweaveError }> {
  try {
    return await calls.find(target, calls.contextUntil(deadlineAt));
  } catch (thrown) {
    if (!(thrown instanceof GridweaveError)) deps.onFault(thrown);
    const error = thrown instanceof GridweaveError ? thrown : unknownOutcome(calls.provider, thrown);
    return { outcome: 'UNKNOWN', error };
  }
}
