import type { Reason, State } from '../../model/state.ts';
import { parseTimestamp } from '../../model/time.ts';
import { isWire, listOf, numberOf, textOf, wireOf, type Wire } from '../reading.ts';
import type { NativeRow } from './wire.ts';
import { taskWord } from './words.ts';

/**
 * The vocabulary of error codes is not documented. Only wordings that can mean one thing are recognised; every other
 * error leaves the reason open, and its own message stands in the status.
 */
const WORDINGS: readonly (readonly [Reason, RegExp])[] = [
  ['OUT_OF_MEMORY', /out ?of ?memory|\boom[- ]?kill/i],
  [
    'IMAGE_UNAVAILABLE',
    /image (?:was )?not found|pull(?:ing)? (?:the |of )?(?:docker )?image|image ?pull|manifest unknown/i,
  ],
  [
    'INPUT_STAGING',
    /no such bucket|download(?:ing)? (?:of )?(?:the )?(?:resource|input)|resources? ?download/i,
  ],
  ['OUTPUT_STAGING', /upload(?:ing)? (?:of )?(?:the )?(?:result|output)|results? ?upload/i],
  ['QUEUE_TIME_LIMIT', /max(?:imum)? ?time ?(?:in ?)?queue|time in (?:the )?queue/i],
  ['EXIT_NONZERO', /exit(?:ed with)?(?: |-|_)?(?:code|status)|non-?zero/i],
];

/** Why something failed, given the errors reported with it. No error at all means that a command ended with a code other than 0. */
export function failureReason(errors: readonly Wire[]): Reason | null {
  if (errors.length === 0) return 'EXIT_NONZERO';
  for (const error of errors) {
    const text = `${textOf(error['code']) ?? ''} ${textOf(error['message']) ?? ''}`;
    const match = WORDINGS.find(([, wording]) => wording.test(text));
    if (match !== undefined) return match[0];
  }
  return null;
}

/** The errors of a task or pool, first cause first. */
export function errorsOf(row: NativeRow): readonly Wire[] {
  return listOf(row.wire['errors']).filter(isWire);
}

export function firstMessage(errors: readonly Wire[]): string | null {
  return errors.map((error) => textOf(error['message'])).find((message) => message !== null) ?? null;
}

/** Why a task waits, failed or ended; null when what it says gives no safe ground. */
export function taskReason(
  row: NativeRow,
  state: State,
  failedInstances: readonly (Reason | null)[],
): Reason | null {
  switch (state) {
    case 'QUEUED':
      return waitingReason(row);
    case 'FAILED': {
      if (waitedTooLong(row)) return 'QUEUE_TIME_LIMIT';
      const errors = errorsOf(row);
      if (errors.length > 0) return failureReason(errors);
      return failedInstances.length > 0
        ? (failedInstances.find((reason) => reason !== null) ?? null)
        : 'EXIT_NONZERO';
    }
    case 'CANCELLED':
      // The service cancels what can never start; any other cancellation may be anybody's.
      return dependencyStates(row.wire).includes('dependencyconditionsnotfulfilled') ? 'DEPENDENCY' : null;
    default:
      return null;
  }
}

/**
 * Why a task, or what is left of it in the queue, waits.
 * Older services list only which tasks are depended on, not whether those have ended: then nothing can be said.
 */
export function waitingReason({ wire: task }: NativeRow): Reason | null {
  const states = dependencyStates(task);
  if (states.includes('waiting')) return 'DEPENDENCY';
  const unsaid = states.length === 0 && listOf(wireOf(task['dependencies'])['dependsOn']).length > 0;
  return unsaid ? null : 'CAPACITY';
}

/** Lower-cased states of the dependencies, the overall one included. */
function dependencyStates(task: Wire): string[] {
  const dependencies = wireOf(task['dependencies']);
  const each = listOf(dependencies['advancedDependsOn']).map((dependency) => wireOf(dependency)['state']);
  return [dependencies['state'], ...each]
    .map(textOf)
    .filter((state) => state !== null)
    .map((state) => state.toLowerCase());
}

/** It failed straight out of the queue, no earlier than its queue limit: nothing else can have ended it. */
function waitedTooLong(row: NativeRow): boolean {
  const limitSeconds = numberOf(row.wire['maxTimeQueueSeconds']);
  const failedAt = parseTimestamp(row.wire['stateTransitionTime']) ?? parseTimestamp(row.wire['endDate']);
  if (limitSeconds === null || limitSeconds <= 0 || failedAt === null) return false;
  const never = textOf(wireOf(row.wire['status'])['startedOnceRange']) === null;
  return (
    taskWord(row.wire['previousState']) === 'Submitted' &&
    never &&
    failedAt - row.createdAt >= limitSeconds * 1000
  );
}
