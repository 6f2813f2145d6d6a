import type { Reason } from '../../model/state.ts';
import { textOf, wireOf } from '../reading.ts';

/**
 * What a failure's text gives ground for. Bacalhau has no reason codes for failed work, so the server's own phrases
 * are matched (read in its source at 1.9.3) with their plain variants, and Docker's error codes where `Details` hold
 * one. First match wins: the text of "not enough nodes" quotes each node's own reason behind it.
 */
const FAILURES: readonly (readonly [RegExp, Reason])[] = [
  [/not enough nodes|no matching nodes/i, 'CAPACITY'],
  [/node has (?:disappeared|been rejected)|node stopped answering|due to node restart/i, 'NODE_LOST'],
  [/\b(?:job|execution) timed out\b/i, 'TIME_LIMIT'],
  [/memory limit exceeded|\bout of memory\b|\boom[- ]?killed\b/i, 'OUT_OF_MEMORY'],
  [/image not (?:available|found)|invalid image format|manifest unknown|no such image/i, 'IMAGE_UNAVAILABLE'],
  [/\b(?:failed to|could not|cannot) pull (?:the )?image\b|pull access denied/i, 'IMAGE_UNAVAILABLE'],
  [/\b(?:failed to|could not|cannot) (?:fetch|download|prepare) (?:an? |the )?inputs?\b/i, 'INPUT_STAGING'],
  [/\b(?:failed to|could not|cannot) publish\b/i, 'OUTPUT_STAGING'],
];

const ERROR_CODES: ReadonlyMap<string, Reason> = new Map([
  ['Docker:ImageNotFound', 'IMAGE_UNAVAILABLE'],
  ['Docker:ImageInvalid', 'IMAGE_UNAVAILABLE'],
  ['Docker:ImageDigestMismatch', 'IMAGE_UNAVAILABLE'],
]);

const CANCELLATIONS: readonly (readonly [RegExp, Reason])[] = [
  [/job update/i, 'SUPERSEDED'],
  [/job has been stopped/i, 'USER_REQUEST'],
  [/node has (?:disappeared|been rejected)/i, 'NODE_LOST'],
  [/more executions than needed|due to job failure/i, 'NOT_NEEDED'],
];

function firstMatch(rules: readonly (readonly [RegExp, Reason])[], texts: readonly unknown[]): Reason | null {
  const rule = rules.find(([phrase]) =>
    texts.some((text) => typeof text === 'string' && phrase.test(text.slice(0, 4096))),
  );
  return rule?.[1] ?? null;
}

/** Why work failed, from its message and the state's `Details`; null when they give no safe ground. */
export function failureReason(message: string | null, details: unknown): Reason | null {
  const code = textOf(wireOf(details)['ErrorCode']) ?? '';
  return firstMatch(FAILURES, [message]) ?? ERROR_CODES.get(code) ?? null;
}

/** Why an execution was called off, from the messages of its desired and its compute state. */
export function cancellationReason(...messages: readonly (string | null)[]): Reason | null {
  return firstMatch(CANCELLATIONS, messages);
}
