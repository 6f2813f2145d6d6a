import { GridweaveError, type ErrorCode } from '../../model/errors.ts';
import type { ProviderKey } from '../../model/ids.ts';
import { failureForStatus } from '../../upstream/failure.ts';
import type { UpstreamResponse } from '../../upstream/types.ts';
import { textOf, wireOf, type Wire } from '../reading.ts';
import { scrubValues } from '../scrub.ts';

/** What a body says of a failure, whatever version wrote it. */
export interface Complaint {
  readonly message: string | null;
  readonly code: string | null;
  readonly component: string | null;
}

const SILENT: Complaint = { message: null, code: null, component: null };

/**
 * Reads an error body: 1.5 and later `{ Status, Message, Code, Component … }`, 1.4 `{ error, message }` where `error`
 * is the text and `message` only repeats the status, and the version checks' `{ Error }`. A timeout of the handler
 * is plain text, like whatever a proxy on the way may say: that is not quoted.
 */
export function complaintOf(body: unknown): Complaint {
  const row = bodyOf(body);
  if (row === null) return SILENT;
  const message = textOf(row['Message']) ?? textOf(row['error']) ?? textOf(row['Error']);
  return { message, code: textOf(row['Code']), component: textOf(row['Component']) };
}

function bodyOf(body: unknown): Wire | null {
  if (typeof body !== 'string') return wireOf(body);
  if (!body.trimStart().startsWith('{')) return null;
  try {
    return wireOf(JSON.parse(body));
  } catch {
    return null;
  }
}

/** The error for an answer that is no success. `hidden`: values that were sent and may not come back in its message. */
export function failureOf(
  response: UpstreamResponse,
  provider: ProviderKey,
  hidden: readonly string[] = [],
): GridweaveError {
  const complaint = complaintOf(response.body);
  const words = complaint.message === null ? null : scrubValues(complaint.message, hidden);
  const plain = failureForStatus(response, provider, words);
  const code = codeOf(response.status, complaint, plain.code);
  const message = code === 'PROVIDER_PROTOCOL' ? wrongPlace(provider) : plain.message;
  const { upstream, ...details } = plain.details;
  const own = complaint.code === null || !/^\w{1,64}$/.test(complaint.code) ? {} : { code: complaint.code };
  return new GridweaveError(code, message, { ...details, upstream: { ...upstream, ...own } });
}

function codeOf(status: number, complaint: Complaint, plain: ErrorCode): ErrorCode {
  // 1.4 has no 404 for a missing job: it is a fault of the server with these words.
  if (status === 500 && isMissing(complaint)) return 'NOT_FOUND';
  // An unknown route also answers 404. Only the store's own complaint says that an object is missing.
  if (status === 404 && (complaint.message === null || complaint.component === 'APIServer'))
    return 'PROVIDER_PROTOCOL';
  if (status === 404 && complaint.component === null && !isMissing(complaint)) return 'PROVIDER_PROTOCOL';
  return plain;
}

/** A prefix that several jobs share resolves to none of them: no job has exactly this id. */
function isMissing(complaint: Complaint): boolean {
  if (complaint.code === 'MultipleJobsFound') return true;
  return /\b(?:job|execution|node) not found\b|\bmultiple jobs found\b/i.test(complaint.message ?? '');
}

function wrongPlace(provider: ProviderKey): string {
  return `Provider "${provider}" has no orchestrator API at its URL. Point it at an orchestrator node, without "/api/v1".`;
}
