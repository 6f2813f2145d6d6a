import type { Confidence, Reason, State } from '../../model/state.ts';

/** What a status word says. */
export interface WordMeaning {
  readonly state: State;
  readonly reason: Reason | null;
  /** INFERRED where the word comes from a server that cannot see what it speaks of. */
  readonly confidence: Confidence;
  /** The word is used both for a cancellation and for a time limit; `state` is what it means when nobody cancelled. */
  readonly ambiguous: boolean;
}

type Row = readonly [words: string, state: State, reason?: Reason | null, confidence?: Confidence];

/**
 * Every word is written as `normalised` makes it. `running` is the only one that was ever seen on the wire; the names of
 * the states are from the vendor's Wolfram client, and the others are synonyms that a change of the draft may bring.
 */
const OWN: readonly Row[] = [
  // Queued, and waiting for a host.
  ['provisioning queued pending waiting unsent', 'QUEUED', 'CAPACITY'],
  ['new created submitted inactive', 'QUEUED'],
  // A host is assigned, and fetches image and inputs.
  ['downloading preparing staging starting scheduled assigned', 'PREPARING'],
  ['running started executing active uploading', 'RUNNING'],
  ['completed complete done finished success succeeded', 'SUCCEEDED'],
  ['failed failure error errored', 'FAILED'],
  ['cancelled canceled', 'CANCELLED'],
  ['timedout timeout expired', 'FAILED', 'TIME_LIMIT'],
];

/** Words of BOINC, on which the service is built: job, result and outcome names and the phrases of its web pages. */
const BOINC: readonly Row[] = [
  ['init', 'QUEUED'],
  // The server cannot see download, suspension or power-off on a volunteer's host.
  ['inprogress', 'RUNNING', null, 'INFERRED'],
  ['completedwaitingforvalidation validationpending inconclusive', 'FINALIZING'],
  ['completedandvalidated', 'SUCCEEDED'],
  ['errorwhiledownloading', 'FAILED', 'INPUT_STAGING'],
  ['errorwhilecomputing clienterror computationerror', 'FAILED', 'EXIT_NONZERO'],
  ['errorwhileuploading validateerror', 'FAILED', 'OUTPUT_STAGING'],
  ['completedmarkedasinvalid', 'FAILED', 'RESULT_REJECTED'],
  ['couldntsend', 'FAILED', 'CAPACITY'],
  ['timedoutnoresponse noreply abandoned clientdetached', 'FAILED', 'NODE_LOST'],
  ['cancelledbyserver canceledbyserver', 'CANCELLED', 'ADMIN_REQUEST'],
  ['didntneed toolate', 'SKIPPED', 'NOT_NEEDED'],
];

const AMBIGUOUS: readonly Row[] = [['aborted stopped terminated killed', 'FAILED']];

function meanings(rows: readonly Row[], ambiguous: boolean): [string, WordMeaning][] {
  return rows.flatMap(([words, state, reason = null, confidence = 'REPORTED']) =>
    words.split(' ').map((word): [string, WordMeaning] => [word, { state, reason, confidence, ambiguous }]),
  );
}

/** Every word that is understood. Exported for the table in the tests. */
export const WORDS: ReadonlyMap<string, WordMeaning> = new Map([
  ...meanings(OWN, false),
  ...meanings(BOINC, false),
  ...meanings(AMBIGUOUS, true),
]);

/** Longer words are not looked at. */
const MAX_WORD = 100;

/** A word without case, spaces and punctuation. */
function normalised(word: string): string {
  return word
    .slice(0, MAX_WORD)
    .toLowerCase()
    .replace(/[\s_,'’.-]+/g, '');
}

/** What a status word means; null when nobody knows. */
export function meaningOf(word: string): WordMeaning | null {
  return WORDS.get(normalised(word)) ?? null;
}

/** Whether a word of `vmStatus` tells only that the machine ended, and nothing of the work. */
export function isMachineEnd(word: string): boolean {
  return ['stopped', 'terminated'].includes(normalised(word));
}
