import { GridweaveError } from '../../model/errors.ts';

/**
 * MISSING: nothing was presented. WRONG: it is not accepted, and will not be. ENDED: it was good once; with a newer one
 * the same caller is welcome.
 */
export type RefusalReason = 'MISSING' | 'WRONG' | 'ENDED';

/** Somebody is not let in, or not any longer. The message holds nothing of what was presented. */
export class CredentialRefused extends GridweaveError {
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super('UNAUTHENTICATED', message);
    this.name = 'CredentialRefused';
    this.reason = reason;
  }
}

export function missing(): CredentialRefused {
  const how = 'Send "Authorization: Bearer …" with an API key or a token, or "x-api-key"';
  return new CredentialRefused('MISSING', `This gateway asks who you are. ${how}.`);
}

/** For a key that is not known and for one whose secret is wrong alike. */
export function wrongKey(): CredentialRefused {
  return new CredentialRefused('WRONG', 'The API key is not accepted.');
}

export function endedKey(): CredentialRefused {
  return new CredentialRefused('ENDED', 'The API key has expired. Ask for a new one.');
}

export function endedToken(): CredentialRefused {
  return new CredentialRefused('ENDED', 'The token has expired. Get a new one from its issuer.');
}

/** The configuration says something else by now. */
export function withdrawn(): CredentialRefused {
  return new CredentialRefused('ENDED', 'What you were let in with was changed or withdrawn. Connect again.');
}

export function wrongToken(what: string): CredentialRefused {
  return new CredentialRefused('WRONG', `The token is not accepted: ${what}.`);
}

/** See `host-guard.ts`. */
export function foreignHost(): GridweaveError {
  const message =
    'Without "auth" this gateway answers for this machine only: ask for localhost or 127.0.0.1, or configure "auth".';
  return new GridweaveError('HOST_NOT_ALLOWED', message);
}

export function tooManyAttempts(retryAfterMs: number): GridweaveError {
  const message = 'Too many API keys were tried that are not accepted. Wait before the next.';
  return new GridweaveError('RATE_LIMITED', message, { retryAfterMs });
}
