import { GridweaveError } from '../model/errors.ts';
import { epochMs, type Clock } from '../model/time.ts';
import type { ChangeBatch } from '../providers/provider.ts';
import type { Provider } from '../providers/registry.ts';
import { createCallBudget } from '../upstream/call-budget.ts';
import type { Credential } from '../upstream/types.ts';
import type { LiveOptions } from './options.ts';

/** Whose eyes a provider is looked at with. */
export interface PollScope {
  /** Null: the credential that is configured for the provider. */
  readonly credential: Credential | null;
}

/** How long a call that was called off may take to let go before the poll ends without it. */
const LET_GO_MS = 1_000;

/**
 * One call of `changes`, with a budget and a deadline of its own, and behind queries at the rate limiter. Rejects with
 * PROVIDER_TIMEOUT when an adapter does not come to an end in time, and with CANCELLED when the signal is aborted.
 */
export async function readChanges(
  provider: Provider,
  since: string | null,
  scope: PollScope,
  deps: { readonly clock: Clock; readonly options: LiveOptions; readonly signal: AbortSignal },
): Promise<ChangeBatch> {
  const { clock, options, signal } = deps;
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  signal.addEventListener('abort', abort);
  if (signal.aborted) abort();
  const timer = setTimeout(abort, options.pollTimeoutMs).unref();
  const limit = since === null ? options.callsPerSweep : options.callsPerPoll;
  let grace: NodeJS.Timeout | undefined;
  const givenUp = new Promise<never>((_, reject) => {
    const giveUp = (): void => {
      grace = setTimeout(() => reject(calledOff(provider, signal, options)), LET_GO_MS).unref();
    };
    controller.signal.addEventListener('abort', giveUp, { once: true });
    if (controller.signal.aborted) giveUp();
  });
  try {
    // An adapter that throws instead of rejecting is caught here, too.
    const answer = Promise.resolve().then(() =>
      provider.adapter.changes(since, {
        signal: controller.signal,
        deadlineAt: epochMs(clock.now() + options.pollTimeoutMs),
        budget: createCallBudget(limit),
        priority: 'background',
        ...(scope.credential === null ? {} : { credential: scope.credential }),
      }),
    );
    return await Promise.race([answer, givenUp]);
  } catch (thrown) {
    const isOurs = thrown instanceof GridweaveError && thrown.code === 'CANCELLED';
    throw isOurs && controller.signal.aborted ? calledOff(provider, signal, options) : thrown;
  } finally {
    clearTimeout(timer);
    clearTimeout(grace);
    signal.removeEventListener('abort', abort);
  }
}

function calledOff(provider: Provider, signal: AbortSignal, { pollTimeoutMs }: LiveOptions): GridweaveError {
  if (signal.aborted) return new GridweaveError('CANCELLED', 'Nobody waits for these changes any more.');
  return new GridweaveError('PROVIDER_TIMEOUT', `The provider did not tell its changes within ${String(pollTimeoutMs)} ms.`, { provider: provider.key }); // prettier-ignore
}
