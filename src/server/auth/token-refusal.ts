import { errors } from 'jose';
import { GridweaveError } from '../../model/errors.ts';
import { endedToken, wrongToken } from './refusal.ts';

const ABOUT_CLAIM: Readonly<Record<string, string>> = {
  aud: 'it was issued for somebody else (aud)',
  iss: 'its issuer is not configured here',
  nbf: 'it is not valid yet (nbf)',
  exp: 'it has no end (exp)',
  iat: 'it was issued in the future (iat)',
};

/** Why a token is refused, in words of our own: those of the library may quote the token. */
export function tokenRefusal(error: unknown): GridweaveError {
  if (error instanceof GridweaveError) return error;
  if (error instanceof errors.JWTExpired) return endedToken();
  return wrongToken(reasonOf(error));
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed) {
    return ABOUT_CLAIM[error.claim] ?? 'a claim is missing or wrong';
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not one that is configured here';
  if (error instanceof errors.JWKSNoMatchingKey)
    return 'it is signed with a key that its issuer does not publish';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong';
  return 'it is no signed JWT that can be read here';
}
