import type { Reason, State } from '../../model/state.ts';
import { textOf, wireOf } from '../reading.ts';

type Rules = readonly (readonly [RegExp, Reason | null])[];

/**
 * The scheduler found too few nodes. "Already executed" in a node's own reason means that executions of this job were
 * run there and failed (each node is tried twice at most): what the job failed of is told by them, not by this text,
 * and it is no lack of capacity. Seen on 1.9.3 after exits, traps and timeouts alike; nothing else in the job's row
 * tells these apart. "not matching" is the server's own spelling.
 */
const NO_NODE = /\bnot enough nodes\b|\bnot? matching nodes\b/i;
const TRIED_BEFORE = /job already executed on this node/i;

/**
 * What a failure's text gives ground for. Bacalhau has no reason codes for failed work, so the server's own phrases
 * are matched (seen on 1.9.3, or read in its source) with their plain variants, and Docker's error codes where
 * `Details` hold one. First match wins: the text of "not enough nodes" quotes each node's own reason behind it, on
 * lines of their own.
 */
const FAILURES: Rules = [
  [/node has (?:disappeared|been rejected)|node stopped answering|due to node restart/i, 'NODE_LOST'],
  // "Execution timed out after 4s", "Job timed out. Job took longer than 7s".
  [/\b(?:job|execution) timed out\b/i, 'TIME_LIMIT'],
  [/memory limit exceeded|\bout of memory\b|\boom[- ]?killed\b/i, 'OUT_OF_MEMORY'],
  [/image not (?:available|found)|invalid image format|manifest unknown|no such image/i, 'IMAGE_UNAVAILABLE'],
  [/\b(?:failed to|could not|cannot) pull (?:the )?image\b|pull access denied/i, 'IMAGE_UNAVAILABLE'],
  // A trap ends the program; the node itself counts it as exit code 1, and reports none.
  [/^wasm error: /i, 'EXIT_NONZERO'],
  // A lack of memory or a fault of the runtime, by the server's own hint: no ground for a reason.
  [/\bfailed to load module at\b/i, null],
  [
    /\bfailed to load (?:entry|import) module\b|\bfailed to compile module\b|\bunknown module\b/i,
    'INVALID_SPEC',
  ],
  [/\bunable to find the entrypoint\b|\bentrypoint '[^']*' not found\b/i, 'INVALID_SPEC'],
  [/\binvalid wasm spec\b|\b(?:in|out)put configuration error\b/i, 'INVALID_SPEC'],
  [/\brequested memory exceeds the wasm limit\b/i, 'INVALID_SPEC'],
  [/\berror getting job disk space requirements\b/i, 'INPUT_STAGING'],
  [/\b(?:failed to|could not|cannot) (?:fetch|download|prepare) (?:an? |the )?inputs?\b/i, 'INPUT_STAGING'],
  [/\b(?:failed to|could not|cannot) publish\b|\bpre-signed URL for managed S3\b/i, 'OUTPUT_STAGING'],
];

const ERROR_CODES: ReadonlyMap<string, Reason> = new Map([
  ['Docker:ImageNotFound', 'IMAGE_UNAVAILABLE'],
  ['Docker:ImageInvalid', 'IMAGE_UNAVAILABLE'],
  ['Docker:ImageDigestMismatch', 'IMAGE_UNAVAILABLE'],
]);

const CANCELLATIONS: Rules = [
  [/job update/i, 'SUPERSEDED'],
  [/job has been stopped/i, 'USER_REQUEST'],
  [/node has (?:disappeared|been rejected)/i, 'NODE_LOST'],
  [/more executions than needed|due to job failure/i, 'NOT_NEEDED'],
];

function firstMatch(rules: Rules, texts: readonly (string | null)[]): Reason | null | undefined {
  const rule = rules.find(([phrase]) =>
    texts.some((text) => text !== null && phrase.test(text.slice(0, 4096))),
  );
  return rule?.[1];
}

/** Why work failed, from its message and the state's `Details`; null when they give no safe ground. */
export function failureReason(message: string | null, details: unknown): Reason | null {
  if (message !== null && NO_NODE.test(message)) return TRIED_BEFORE.test(message) ? null : 'CAPACITY';
  const reason = firstMatch(FAILURES, [message]);
  return reason === undefined
    ? (ERROR_CODES.get(textOf(wireOf(details)['ErrorCode']) ?? '') ?? null)
    : reason;
}

/**
 * Why an execution was called off, from the messages of its desired and its compute state. The server says "job has
 * been stopped" of every job that ended: `jobState` tells whether somebody asked for it (seen on 1.9.3: a job that
 * ran out of its time, with an execution that had just been made). Null when the job's state then is not known.
 */
export function cancellationReason(
  jobState: State | null,
  ...messages: readonly (string | null)[]
): Reason | null {
  const reason = firstMatch(CANCELLATIONS, messages) ?? null;
  const endedByItself = jobState === 'FAILED' || jobState === 'SUCCEEDED';
  return reason === 'USER_REQUEST' && endedByItself ? 'NOT_NEEDED' : reason;
}

/**
 * Messages that only name a state. The server merges an update into the row it has, so that a message stays when the
 * next state brings none: "Running" stands beside every batch execution that completed, and beside one that a node
 * which restarted asks for again.
 */
const STATE_NAMES = /^(?:running|completed successfully|execution (?:completed|failed)|bid rejected)\.?$/i;

/** What a state's message adds to its word; null for a message that only names a state, perhaps an earlier one. */
export function tellingMessage(value: unknown): string | null {
  const text = textOf(value);
  return text === null || STATE_NAMES.test(text.trim()) ? null : text;
}
