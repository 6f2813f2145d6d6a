import { GridweaveError } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import type { Clock, EpochMs } from '../model/time.ts';

/** The longest a timer of the platform can run; a longer wait would fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

export interface Caller {
  readonly signal: AbortSignal;
  readonly deadlineAt: EpochMs;
}

/** Why an aborted call ended. Aborts from inside the stack bring their own error; a caller's is CANCELLED. */
export function abortError(signal: AbortSignal): GridweaveError {
  return signal.reason instanceof GridweaveError
    ? signal.reason
    : new GridweaveError('CANCELLED', 'The caller went away before the provider answered.');
}

/** The error for a deadline that passed. */
export function timeoutError(provider: ProviderKey): GridweaveError {
  return new GridweaveError('PROVIDER_TIMEOUT', `Provider "${provider}" did not answer in time.`, {
    provider,
  });
}

interface PatienceDeps {
  readonly clock: Clock;
  readonly provider: ProviderKey;
}

/** Why a caller need not be served any more; null while it waits. */
export function goneBefore(caller: Caller, deps: PatienceDeps): GridweaveError | null {
  if (caller.signal.aborted) return abortError(caller.signal);
  return caller.deadlineAt <= deps.clock.now() ? timeoutError(deps.provider) : null;
}

/**
 * Settles as the work does, unless the caller leaves or its deadline passes first; then `onLeave` runs, once, and the
 * promise rejects with the reason at once, whatever becomes of the work. No listener and no timer outlives it.
 */
export function withPatience<T>(
  caller: Caller,
  deps: PatienceDeps,
  onLeave: (reason: GridweaveError) => void,
  work: () => Promise<T>,
): Promise<T> {
  const { signal } = caller;
  const gone = goneBefore(caller, deps);
  if (gone !== null) {
    onLeave(gone);
    return Promise.reject(gone);
  }
  const leftMs = caller.deadlineAt - deps.clock.now();
  return new Promise<T>((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
    const leave = (reason: GridweaveError) => {
      end();
      reject(reason);
      onLeave(reason);
    };
    const onAbort = () => leave(abortError(signal));
    const timer = setTimeout(() => leave(timeoutError(deps.provider)), Math.min(leftMs, MAX_TIMER_MS));
    signal.addEventListener('abort', onAbort);
    work().then(resolve, reject).finally(end);
  });
}
