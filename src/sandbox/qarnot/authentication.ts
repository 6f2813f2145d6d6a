import { createHash, timingSafeEqual } from 'node:crypto';
import type { EmulatorRequest } from '../http.ts';
import { refusal, unauthenticated } from './wire/replies.ts';

/** The token that the sandbox accepts unless it is told others. */
export const SANDBOX_TOKEN = 'sandbox-qarnot-token';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Throws the 401 unless the header is exactly one of the tokens: this API has no scheme word such as Bearer. */
export function authenticate(request: EmulatorRequest, tokens: readonly string[]): void {
  const given = digest(request.headers.authorization ?? '');
  const known = tokens.some((token) => token !== '' && timingSafeEqual(digest(token), given));
  if (!known || request.expired) throw unauthenticated();
}

const READS = /\/(?:search|paginate)\/?$/i;

/**
 * Reading another account's data. Only its header is documented: here the own account is the only one there is, and any
 * other is a 403. Writes do not look at it.
 */
export function checkAccount(request: EmulatorRequest, email: string): void {
  const account = request.headers['qarnotreadonlyrequestforaccount'];
  const isRead = request.method === 'GET' || (request.method === 'POST' && READS.test(request.path));
  if (account === undefined || account === email || !isRead) return;
  throw refusal(403, 'No access to the data of this account.');
}
