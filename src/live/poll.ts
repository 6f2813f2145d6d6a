import { GridweaveError } from '../model/errors.ts';
import type { NativeKey } from '../model/ids.ts';
import { epochMs, type Clock } from '../model/time.ts';
import type { ChangeBatch } from '../providers/provider.ts';
import type { Provider } from '../providers/registry.ts';
import { createCallBudget } from '../upstream/call-budget.ts';
import type { CallContext, CallerCredentials } from '../upstream/types.ts';
import type { LiveOptions } from './options.ts';

/** Whose eyes a provider is looked at with. */
export interface PollScope {
  /** Null: the configured credentials. */
  readonly credentials: CallerCredentials | null;
}

/** How long a call that was called off may take to let go before the poll ends without it. */
const LET_GO_MS = 1_000;

/** What one look at a provider showed. */
export interface Looked {
  readonly batch: ChangeBatch;
  /** Jobs that were looked up because a sweep left them out, and are not there. */
  readonly gone: readonly NativeKey[];
}

/** Jobs that are looked up at most because a sweep that was cut off does not hold them. */
const MAX_LOOKED_UP = 20;

/**
 * One look at a provider: what changed since a watermark, or everything (null). Has a budget and a deadline of its own, and
 * stays behind queries at the rate limiter. Rejects with PROVIDER_TIMEOUT when an adapter does not come to an end in time, and
 * with CANCELLED when the signal is aborted.
 */
export async function lookAt(
  provider: Provider,
  since: string | null,
  scope: PollScope,
  deps: {
    readonly clock: Clock;
    readonly options: LiveOptions;
    readonly signal: AbortSignal;
    /** Jobs that a sweep which does not hold everything left out, the most doubtful first. */
    readonly unheardOf: (batch: ChangeBatch, limit: number) => readonly NativeKey[];
  },
): Promise<Looked> {
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
    const ctx: CallContext = {
      signal: controller.signal,
      deadlineAt: epochMs(clock.now() + options.pollTimeoutMs),
      budget: createCallBudget(limit),
      priority: 'background',
      ...(scope.credentials === null ? {} : { credentials: scope.credentials }),
    };
    const answer = (async (): Promise<Looked> => {
      const batch = await provider.adapter.changes(since, ctx);
      if (since !== null || batch.complete) return { batch, gone: [] };
      return lookUp(provider, batch, deps.unheardOf(batch, MAX_LOOKED_UP), ctx);
    })();
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

/**
 * A sweep that was cut off says nothing about what it does not hold, and may be cut off every time: so a few of those are
 * looked up. When that fails the sweep stands as it is.
 */
async function lookUp(
  provider: Provider,
  batch: ChangeBatch,
  keys: readonly NativeKey[],
  ctx: CallContext,
): Promise<Looked> {
  if (keys.length === 0) return { batch, gone: [] };
  try {
    const { found, missing } = await provider.adapter.get('job', keys, ctx);
    const gone = [...missing].filter(([, error]) => error.code === 'NOT_FOUND').map(([key]) => key);
    return { batch: { ...batch, jobs: [...batch.jobs, ...found.values()] }, gone };
  } catch (thrown) {
    if (!(thrown instanceof GridweaveError) || thrown.code === 'CANCELLED') throw thrown;
    return { batch, gone: [] };
  }
}

function calledOff(provider: Provider, signal: AbortSignal, { pollTimeoutMs }: LiveOptions): GridweaveError {
  if (signal.aborted) return new GridweaveError('CANCELLED', 'Nobody waits for these changes any more.');
  return new GridweaveError('PROVIDER_TIMEOUT', `The provider did not tell its changes within ${String(pollTimeoutMs)} ms.`, { provider: provider.key }); // prettier-ignore
}
