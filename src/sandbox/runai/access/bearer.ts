/** Checks the bearer of a control-plane call. */
import type { EmulatorRequest } from '../../http.ts';
import { refusal } from '../wire/replies.ts';
import type { Identity } from './identity.ts';
import type { Recognition, TokenOffice, TokenUse } from './office.ts';

/** What the Authorization header holds; null without a bearer. */
export function bearerOf(request: EmulatorRequest): string | null {
  return /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

/** Why a call is not let in, in the words of the spec's examples; null when it is. */
export function bearerProblem(
  request: EmulatorRequest,
  recognised: Recognition | null,
  uses: readonly TokenUse[],
): string | null {
  if (recognised === null) return 'Authorization header is missing.';
  if (request.expired || recognised.kind === 'expired') return 'Token is expired.';
  return recognised.kind === 'foreign' || !uses.includes(recognised.use) ? 'Issuer is not familiar.' : null;
}

/** The caller of a control-plane request; throws the 401, or the 403 of a credential without roles. */
export function authenticate(request: EmulatorRequest, office: TokenOffice): Identity {
  const bearer = bearerOf(request);
  const recognised = bearer === null ? null : office.recognise(bearer, request.now());
  const problem = bearerProblem(request, recognised, ['access', 'id']);
  if (problem !== null || recognised?.kind !== 'known') throw refusal(401, problem ?? 'Unauthorized');
  if (recognised.identity.projects?.length === 0) {
    throw refusal(403, 'You do not have sufficient permissions.');
  }
  return recognised.identity;
}
