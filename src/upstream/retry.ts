import { GridweaveError } from '../model/errors.ts';
import type { Clock } from '../model/time.ts';
import { newWire, type Answer, type Call, type Interceptor } from './call.ts';
import { retryAfterMs } from './retry-after.ts';
import type { UpstreamOptions } from './types.ts';
import { wait } from './wait.ts';

/** Retries that a quiet client may make before any share of its calls allows them; also the most that can be saved up. */
const BUDGET_CONSTANT = 10;

/** Not 500: a request that makes the provider fail once does so again. */
const RETRYABLE_STATUS = new Set([429, 502, 503, 504]);

/** Either an answer or the error there was instead. */
type Outcome = { readonly answer: Answer } | { readonly error: unknown };

/**
 * Repeats reads that failed for a reason that may pass: no answer for want of a working connection, or 429, 502, 503,
 * 504. The delay is random between nothing and a doubling limit ("full jitter"), or what Retry-After asks for; a delay
 * that nobody would wait out is not begun, and the outcome is handed on at once. All retries together stay under a
 * share of the calls, so that a failing provider is not also flooded. Writes are never repeated.
 */
export function retry(
  deps: { readonly clock: Clock; readonly random: () => number },
  options: UpstreamOptions['retry'],
): Interceptor {
  let budget = BUDGET_CONSTANT;

  function delayMs(outcome: Outcome, call: Call): number {
    const ceiling = Math.min(options.maxDelayMs, options.baseDelayMs * 2 ** (call.attempt - 1));
    const asked =
      'answer' in outcome ? retryAfterMs(outcome.answer.headers, outcome.answer.receivedAt) : null;
    // On top of what was asked for, because everybody who was sent away was told the same moment.
    return asked === null ? deps.random() * ceiling : asked + deps.random() * options.baseDelayMs;
  }

  return (next) => {
    const attempt = (call: Call): Promise<Outcome> =>
      next(call).then(
        (answer) => ({ answer }),
        (error: unknown) => ({ error }),
      );

    return async (first) => {
      budget = Math.min(BUDGET_CONSTANT, budget + options.budgetRatio);
      let call = first;
      let outcome = await attempt(call);
      while (first.readOnly && call.attempt <= options.retries && mayPass(outcome, call)) {
        const delay = delayMs(outcome, call);
        const until = Math.min(call.deadlineAt, call.interest.until);
        if (budget < 1 || deps.clock.now() + delay >= until || call.cancellation.reason !== null) break;
        budget -= 1;
        await wait(delay, call.cancellation);
        call = { ...call, attempt: call.attempt + 1, wire: newWire() };
        const again = await attempt(call);
        // A retry that was refused on our side (no token, no budget, circuit open) has nothing newer to tell.
        if ('error' in again && call.wire.sentAt === null) break;
        outcome = again;
      }
      if ('answer' in outcome) return outcome.answer;
      throw outcome.error;
    };
  };
}

function mayPass(outcome: Outcome, call: Call): boolean {
  if ('answer' in outcome) return RETRYABLE_STATUS.has(outcome.answer.status);
  return (
    call.wire.sentAt !== null &&
    outcome.error instanceof GridweaveError &&
    outcome.error.code === 'PROVIDER_UNAVAILABLE'
  );
}
