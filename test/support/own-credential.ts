import type { CallerCredentials, Credential } from '../../src/upstream/types.ts';

/** A caller who has this credential of their own, whoever is called. */
export function own(credential: Credential): CallerCredentials {
  return { get: () => credential };
}
