import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Reason, State } from '../../model/state.ts';
import { isMachineEnd, meaningOf, WORDS } from './words.ts';

/** Every word of the reference, with its state: the vendor's own six, their synonyms, and BOINC's. */
const TABLE: readonly (readonly [words: readonly string[], state: State, reason: Reason | null])[] = [
  [['provisioning', 'queued', 'pending', 'waiting', 'unsent'], 'QUEUED', 'CAPACITY'],
  [['new', 'created', 'submitted', 'inactive', 'init'], 'QUEUED', null],
  [['downloading', 'preparing', 'staging', 'starting', 'scheduled', 'assigned'], 'PREPARING', null],
  [['running', 'inprogress', 'started', 'executing', 'active', 'uploading'], 'RUNNING', null],
  [['completed', 'complete', 'done', 'finished', 'success', 'succeeded'], 'SUCCEEDED', null],
  [['completedandvalidated'], 'SUCCEEDED', null],
  [['failed', 'failure', 'error', 'errored'], 'FAILED', null],
  [['aborted', 'stopped', 'terminated', 'killed'], 'FAILED', null],
  [['timedout', 'timeout', 'expired'], 'FAILED', 'TIME_LIMIT'],
  [['cancelled', 'canceled'], 'CANCELLED', null],
  [['cancelledbyserver', 'canceledbyserver'], 'CANCELLED', 'ADMIN_REQUEST'],
  [['completedwaitingforvalidation', 'validationpending', 'inconclusive'], 'FINALIZING', null],
  [['errorwhiledownloading'], 'FAILED', 'INPUT_STAGING'],
  [['errorwhilecomputing', 'clienterror', 'computationerror'], 'FAILED', 'EXIT_NONZERO'],
  [['errorwhileuploading', 'validateerror'], 'FAILED', 'OUTPUT_STAGING'],
  [['completedmarkedasinvalid'], 'FAILED', 'RESULT_REJECTED'],
  [['couldntsend'], 'FAILED', 'CAPACITY'],
  [['timedoutnoresponse', 'noreply', 'abandoned', 'clientdetached'], 'FAILED', 'NODE_LOST'],
  [['didntneed', 'toolate'], 'SKIPPED', 'NOT_NEEDED'],
];

describe('status words', () => {
  it('are all in the table, and the table has no others', () => {
    const told = TABLE.flatMap(([words]) => words);
    expect(told.toSorted()).toEqual([...WORDS.keys()].toSorted());
    expect(new Set(told).size).toBe(told.length);
  });

  it.each(TABLE.flatMap(([words, state, reason]) => words.map((word) => [word, state, reason] as const)))(
    '%s is %s (%s)',
    (word, state, reason) => {
      expect(meaningOf(word)).toMatchObject({ state, reason });
    },
  );

  it.each([
    ['In progress', 'RUNNING'],
    ['IN_PROGRESS', 'RUNNING'],
    ['in-progress', 'RUNNING'],
    ['Completed, waiting for validation', 'FINALIZING'],
    ['Error while computing', 'FAILED'],
    ['Timed out - no response', 'FAILED'],
    ['Cancelled by server', 'CANCELLED'],
    ["Didn't need", 'SKIPPED'],
    ['RUNNING', 'RUNNING'],
  ] as const)('are understood however they are written: %s', (word, state) => {
    expect(meaningOf(word)?.state).toBe(state);
  });

  it('keep their meaning in any case and with any separators', () => {
    const separator = fc.constantFrom('', ' ', '-', '_', ' - ', '.', ',');
    fc.assert(
      fc.property(
        fc.constantFrom(...WORDS.keys()),
        fc.array(separator),
        fc.array(fc.boolean()),
        (word, separators, upper) => {
          const spelled = word
            .split('')
            .map((letter, i) => (upper[i] === true ? letter.toUpperCase() : letter) + (separators[i] ?? ''))
            .join('');
          expect(meaningOf(spelled)).toBe(WORDS.get(word));
        },
      ),
    );
  });

  it('are unknown when they are nobody’s', () => {
    for (const word of ['', 'retired', 'over', 'daydreaming', '__proto__', 'constructor', 'runnings', '7']) {
      expect(meaningOf(word)).toBeNull();
    }
    fc.assert(fc.property(fc.string(), (word) => meaningOf(word) === null || meaningOf(word)!.state !== 'UNKNOWN')); // prettier-ignore
  });

  it('tell the end of a machine from the end of the work', () => {
    expect(['stopped', 'Terminated', 'aborted', 'completed'].map(isMachineEnd)).toEqual([true, true, false, false]); // prettier-ignore
  });
});
