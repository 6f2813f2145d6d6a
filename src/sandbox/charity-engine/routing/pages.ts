import type { EmulatorResponse } from '../../http.ts';

/** What is not there has no envelope: that tells a wrong path from a refused call. */
export function noSuchPage(): EmulatorResponse {
  return { status: 404, headers: { 'content-type': 'text/plain' }, body: 'Not Found\n' };
}

export function wrongMethod(allowed: readonly string[]): EmulatorResponse {
  const headers = { 'content-type': 'text/plain', allow: allowed.join(', ') };
  return { status: 405, headers, body: 'Method Not Allowed\n' };
}
