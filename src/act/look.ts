import { GridweaveError } from '../model/errors.ts';
import type { EpochMs } from '../model/time.ts';
import type { FindAnswer, FindTarget } from '../providers/acting.ts';
import type { OnceCalls, OnceDeps } from './once.ts';
import { notProvenAbsent, unknownOutcome } from './once-errors.ts';

/** ABSENT is proven: it was looked for after the time in which it would have become visible. */
export type LookAnswer = FindAnswer | { readonly outcome: 'UNKNOWN'; readonly error: GridweaveError };

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
  const settledAt = sent && traits.once === 'LOOKUP' ? target.sentAt + traits.settleMs : visibleAt;
  for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, MAX_DELAY_MS)) {
    const lookedAt = deps.clock.now();
    const answer = await oneLook(calls, target, deadlineAt, deps);
    if (answer.outcome === 'FOUND') return answer;
    if (answer.outcome === 'ABSENT' && lookedAt >= Math.max(visibleAt, settledAt)) return answer;
    const hopeless = answer.outcome === 'UNKNOWN' && !answer.error.retryable;
    const next = answer.outcome === 'UNKNOWN' ? delayMs : Math.max(delayMs, visibleAt - lookedAt);
    const late = deps.clock.now() + next >= deadlineAt;
    const inVain = answer.outcome === 'ABSENT' && settledAt >= deadlineAt && lookedAt >= visibleAt;
    if (hopeless || late || inVain || traits.once === 'NONE') {
      return answer.outcome === 'ABSENT'
        ? { outcome: 'UNKNOWN', error: notProvenAbsent(provider, settledAt - lookedAt) }
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
): Promise<LookAnswer> {
  try {
    return await calls.find(target, calls.contextUntil(deadlineAt));
  } catch (thrown) {
    if (!(thrown instanceof GridweaveError)) deps.onFault(thrown);
    const error = thrown instanceof GridweaveError ? thrown : unknownOutcome(calls.provider, thrown);
    return { outcome: 'UNKNOWN', error };
  }
}
