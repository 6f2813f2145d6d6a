import { GridweaveError } from '../model/errors.ts';
import type { ProviderKey } from '../model/ids.ts';

/** A create was sent, and nobody can say yet what became of it. */
export function unknownOutcome(provider: ProviderKey, cause?: unknown): GridweaveError {
  return new GridweaveError(
    'OUTCOME_UNKNOWN',
    'The provider did not say whether it was created. Repeat the call with the same idempotency key: it looks before it creates.',
    { provider, cause },
  );
}

/** Not there when it was looked for, but a create that was never answered may still take effect. */
export function notProvenAbsent(provider: ProviderKey, waitMs: number): GridweaveError {
  return new GridweaveError(
    'OUTCOME_UNKNOWN',
    'The create was not answered and is not to be seen yet, though it may still take effect. Repeat the call with the same idempotency key a little later.',
    { provider, retryAfterMs: Math.max(1_000, Math.ceil(waitMs)) },
  );
}

/** It was sent with a credential that is not there any more, or not here: whoever has another may not be shown it. */
export function sentByOther(provider: ProviderKey): GridweaveError {
  return new GridweaveError(
    'OUTCOME_UNKNOWN',
    'The create was sent with another credential, was not answered, and is not to be seen with this one. Repeat the call with the credential that it was sent with, or look at the provider yourself before you use a new key.',
    { provider },
  );
}

/** Another process works on the same key. */
export function waitForOther(provider: ProviderKey): GridweaveError {
  return new GridweaveError(
    'OUTCOME_UNKNOWN',
    'Another call with this idempotency key is still under way. Repeat the call in a moment to learn its outcome.',
    { provider, retryAfterMs: 1_000 },
  );
}

/** Another process took the intent over. Nothing was sent by this call. */
export function lostRace(provider: ProviderKey): GridweaveError {
  return new GridweaveError(
    'OUTCOME_UNKNOWN',
    'Another call took this idempotency key over. Repeat the call to learn its outcome.',
    { provider, retryAfterMs: 1_000 },
  );
}
