import { GridweaveError } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import { epochMs, type Clock } from '../model/time.ts';
import type { Interceptor } from './call.ts';
import { CancellationSource } from './cancellation.ts';
import { withPatience } from './patience.ts';

export interface Deadline {
  readonly interceptor: Interceptor;
  /** Ends every call under way with PROVIDER_UNAVAILABLE, and refuses new ones. */
  close(): void;
}

/**
 * Bounds a call, its waits and retries included, by the earlier of its own deadline and `timeoutMs` from now. Below
 * this interceptor a call has a cancellation of its own, with the reason that its caller was given.
 */
export function createDeadline(deps: {
  readonly provider: ProviderKey;
  readonly clock: Clock;
  readonly timeoutMs: number;
}): Deadline {
  const { clock, timeoutMs, provider } = deps;
  const live = new Set<CancellationSource>();
  let closed = false;
  const closedError = () =>
    new GridweaveError('PROVIDER_UNAVAILABLE', `The connection to provider "${provider}" is shut down.`, {
      provider,
    });
  return {
    interceptor: (next) => async (call) => {
      if (closed) throw closedError();
      const cancellation = new CancellationSource();
      live.add(cancellation);
      const deadlineAt = epochMs(Math.min(call.deadlineAt, clock.now() + timeoutMs));
      const leave = (reason: GridweaveError) => cancellation.cancel(reason);
      try {
        return await withPatience({ cancellation: call.cancellation, deadlineAt }, deps, leave, () =>
          next({ ...call, cancellation, deadlineAt }),
        );
      } finally {
        live.delete(cancellation);
      }
    },
    close() {
      closed = true;
      for (const cancellation of live) cancellation.cancel(closedError());
      live.clear();
    },
  };
}
