import { randomUUID } from 'node:crypto';

/** Names a request: taken from the caller when it is well formed, told in every answer and in every line about it. */
export const REQUEST_ID_HEADER = 'x-request-id';

const WELL_FORMED = /^[A-Za-z0-9._-]{1,128}$/;

/** The caller's own id if it can stand in a log as it is, else a new one. */
export function requestIdFrom(given: string | readonly string[] | null | undefined): string {
  return typeof given === 'string' && WELL_FORMED.test(given) ? given : randomUUID();
}
