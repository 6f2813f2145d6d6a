import { createHash, timingSafeEqual } from 'node:crypto';
import type { EmulatorRequest } from '../http.ts';
import type { Installation } from './installation.ts';
import type { JsonObject } from './wire/json.ts';
import { filledText } from './wire/json.ts';
import { missingCredential, wrongCredential } from './wire/refusal.ts';

/** The authenticator that the sandbox accepts unless it is told another. It has the form of the documented sample. */
export const SANDBOX_AUTHENTICATOR = 'c0ffee00c0ffee00c0ffee00c0ffee00';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const same = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));

/**
 * Throws unless the request carries the account's credential: the `authenticator` of the body or the bearer header. A
 * strict server takes it only where that style of request has it in the documentation. Never read from the query.
 */
export function authenticate(
  installation: Installation,
  style: 'rpc' | 'resource',
  request: EmulatorRequest,
  body: JsonObject,
): void {
  const { strict, authenticator, bearerToken } = installation;
  const inBody = strict && style === 'resource' ? undefined : body['authenticator'];
  const header = strict && style === 'rpc' ? undefined : request.headers.authorization;
  const bearer = /^bearer +(\S+) *$/i.exec(header ?? '')?.[1];
  if (inBody !== undefined) {
    const given = filledText(inBody);
    if (given === null) throw missingCredential();
    if (!same(given, authenticator) || request.expired) throw wrongCredential();
    return;
  }
  if (bearer === undefined) throw missingCredential();
  if (!same(bearer, bearerToken) || request.expired) throw wrongCredential();
}
