/** Who may call the Researcher service: anybody, until an administrator asks for a bearer. */
import type { EmulatorRequest } from '../../http.ts';
import { bearerOf, bearerProblem } from '../access/bearer.ts';
import type { Identity } from '../access/identity.ts';
import { anonymous } from '../access/identity.ts';
import type { TokenOffice, TokenUse } from '../access/office.ts';
import { researcherRefusal } from './replies.ts';

export interface ResearcherAccess {
  readonly mode: 'bearer' | 'none';
  /** Tokens it takes: revisions of the documentation disagree on which one to send. */
  readonly tokens: readonly TokenUse[];
}

/** The caller. Without authentication the header `RA-USER` says who to show as owner. */
export function identifyResearcher(
  request: EmulatorRequest,
  office: TokenOffice,
  access: ResearcherAccess,
): Identity {
  if (access.mode === 'none' && !request.expired) {
    const name = request.headers['ra-user'];
    return anonymous(typeof name === 'string' ? name : undefined);
  }
  const bearer = bearerOf(request);
  const recognised = bearer === null ? null : office.recognise(bearer, request.now());
  const problem = bearerProblem(request, recognised, access.tokens);
  if (problem !== null || recognised?.kind !== 'known')
    throw researcherRefusal(401, problem ?? 'Unauthorized');
  return recognised.identity;
}
