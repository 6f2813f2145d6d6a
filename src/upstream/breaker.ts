import { GridweaveError } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import type { Clock } from '../model/time.ts';
import type { Call, Interceptor } from './call.ts';
import type { CallOutcome, Circuit } from './circuit.ts';
import type { UpstreamObserver } from './observer.ts';
import { isTrouble, outcomeOfAnswer, outcomeOfError } from './outcome.ts';

/** A timeout counts when the provider had at least this share of the time a call may normally take. */
const FAIR_SHARE = 0.1;

/**
 * Stops calling a provider that fails, and tries it again later with one call at a time. Counts each attempt by itself:
 * 5xx, 429, timeouts, network errors and slow calls are failures; attempts that never reached the wire, and those whose
 * caller left, are nothing.
 */
export function breaker(
  deps: {
    readonly provider: ProviderKey;
    readonly clock: Clock;
    readonly circuit: Circuit;
    readonly observer?: UpstreamObserver | undefined;
  },
  options: { readonly slowCallMs: number; readonly timeoutMs: number },
): Interceptor {
  const { circuit, clock, provider, observer } = deps;
  const fairMs = FAIR_SHARE * Math.min(options.timeoutMs, options.slowCallMs);
  const judge = (call: Call, of: (durationMs: number) => CallOutcome): CallOutcome =>
    call.wire.sentAt === null ? 'NONE' : of(clock.now() - call.wire.sentAt);

  return (next) => async (call) => {
    const permit = circuit.admit();
    if (permit === null) {
      observer?.onHeldBack(provider, 'BREAKER');
      throw new GridweaveError(
        'PROVIDER_UNAVAILABLE',
        `Provider "${provider}" is not called for a while, because it failed repeatedly.`,
        { provider, retryAfterMs: circuit.retryAfterMs },
      );
    }
    try {
      const answer = await next(call);
      circuit.settle(
        permit,
        judge(call, (ms) => outcomeOfAnswer(isTrouble(answer, call), ms, options.slowCallMs)),
      );
      return answer;
    } catch (error) {
      circuit.settle(
        permit,
        judge(call, (ms) => outcomeOfError(error, ms, fairMs)),
      );
      throw error;
    }
  };
}
