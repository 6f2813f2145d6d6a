import { GridweaveError } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';
import type { Clock, EpochMs } from '../model/time.ts';
import type { Cancellation } from './cancellation.ts';

/** The longest a timer of the platform can run; a longer wait would fire at once. */
const MAX_TIMER_MS = 2_147_483_647;

/** Somebody who waits: until they leave, or until their time is up. */
export interface Waiting {
  readonly cancellation: Cancellation;
  readonly deadlineAt: EpochMs;
}

interface PatienceDeps {
  readonly clock: Clock;
  readonly provider: ProviderKey;
}

/** The error for a deadline that passed. */
export function timeoutError(provider: ProviderKey): GridweaveError {
  return new GridweaveError('PROVIDER_TIMEOUT', `Provider "${provider}" did not answer in time.`, {
    provider,
  });
}

/** Why nobody waits any more; null while somebody does. */
export function goneBefore(waiting: Waiting, deps: PatienceDeps): GridweaveError | null {
  if (waiting.cancellation.reason !== null) return waiting.cancellation.reason;
  return waiting.deadlineAt <= deps.clock.now() ? timeoutError(deps.provider) : null;
}

/**
 * Settles as the work does, unless the caller leaves or its deadline passes first; then `onLeave` runs, once, and the
 * promise rejects with the reason at once, whatever becomes of the work. No callback and no timer outlives it.
 */
export function withPatience<T>(
  waiting: Waiting,
  deps: PatienceDeps,
  onLeave: (reason: GridweaveError) => void,
  work: () => Promise<T>,
): Promise<T> {
  const gone = goneBefore(waiting, deps);
  if (gone !== null) {
    onLeave(gone);
    return Promise.reject(gone);
  }
  return new Promise<T>((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      release();
    };
    const leave = (reason: GridweaveError) => {
      end();
      reject(reason);
      onLeave(reason);
    };
    const release = waiting.cancellation.onCancel(leave);
    const leftMs = Math.min(waiting.deadlineAt - deps.clock.now(), MAX_TIMER_MS);
    const timer = setTimeout(() => leave(timeoutError(deps.provider)), leftMs);
    const endThen =
      <V>(settle: (value: V) => void) =>
      (value: V) => {
        end();
        settle(value);
      };
    work().then(endThen(resolve), endThen(reject));
  });
}
