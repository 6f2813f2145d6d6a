import { foldStates } from '../../model/fold.ts';
import { isTerminal } from '../../model/state.ts';
import type { EpochMs } from '../../model/time.ts';
import { judgeTransition } from '../../model/transitions.ts';
import { DEFAULT_PART } from './keys.ts';
import type { KnownJob } from './known-jobs.ts';
import { nextRevision, prolonged, type PartSighting, type Sighting, type Verdict } from './sighting.ts';
import type { JobAnswer, Word } from './wire.ts';
import { isMachineEnd, meaningOf } from './words.ts';

/** Polls for which the parts of a job are believed although its machine has ended: outputs may still be uploaded. */
const GRACE_POLLS = 3;
/** Polls for which the end of the machine, with no parts to ask, says nothing yet of the work. */
const BARE_GRACE_POLLS = 2;

export interface Moment {
  /** When the answer arrived. */
  readonly observedAt: EpochMs;
  /** The gateway's clock. */
  readonly now: EpochMs;
}

/**
 * What is known of a job after an answer. The state is that of its parts where it has any, else that of the machine. An
 * end is final, whatever is reported later; a word that nobody knows never hides a state that is known.
 */
export function settle(
  id: string,
  before: Sighting | null,
  answer: JobAnswer,
  { observedAt, now }: Moment,
  known: KnownJob | null,
): Sighting {
  // Answers may overtake each other.
  if (before !== null && observedAt < before.observedAt) return before;
  const read = (word: Word): Verdict => verdictOf(word, { before, observedAt, known });
  const usable = answer.parts.flatMap(({ name, word }) => (word === null ? [] : [{ name, word }]));
  const told = usable.map(({ name, word }) => nextPart(before, name, read(word)));
  const folded = told.length === 0 ? null : foldParts(told, answer.vmWord);

  const vm: Word | null = answer.vmWord === null ? null : { value: answer.vmWord, field: 'vmStatus' };
  const machine = vm === null ? null : read(vm);
  const contradicts =
    machine !== null &&
    isTerminal(machine.state) &&
    (folded === null ? isMachineEnd(machine.raw.value) : !isTerminal(folded.state));
  const machineEnded = contradicts ? prolonged(before?.machineEnded ?? null, observedAt) : null;
  const believed = (machineEnded?.polls ?? 0) > (folded === null ? BARE_GRACE_POLLS : GRACE_POLLS);

  let whole: Verdict;
  if (folded !== null) whole = contradicts && believed ? machine : folded;
  else if (machine !== null) whole = contradicts && !believed ? nothingKnown(machine.raw) : machine;
  else whole = answer.ownWord === null ? nothingKnown() : read(answer.ownWord);
  whole = steadied(before?.whole ?? null, whole);

  const parts =
    folded === null
      ? [nextPart(before, DEFAULT_PART, { ...whole, confidence: 'INFERRED' })]
      : told.map((part) => endedWith(part, whole));
  const face = JSON.stringify([whole, parts]);
  const changed = before === null || face !== JSON.stringify([before.whole, before.parts]);
  return {
    id,
    firstSeenAt: before?.firstSeenAt ?? observedAt,
    observedAt,
    revision: changed
      ? nextRevision(before, observedAt, known?.knownAt ?? before?.firstSeenAt ?? observedAt)
      : before.revision,
    noticedAt: changed ? now : before.noticedAt,
    runningSince: before?.runningSince ?? (whole.state === 'RUNNING' ? observedAt : null),
    whole,
    parts,
    machineEnded,
    missed: null,
  };
}

interface Circumstances {
  readonly before: Sighting | null;
  readonly observedAt: EpochMs;
  readonly known: KnownJob | null;
}

function verdictOf({ value, field }: Word, { before, observedAt, known }: Circumstances): Verdict {
  const raw = { value, detail: null, field };
  const meaning = meaningOf(value);
  if (meaning === null) return nothingKnown(raw);
  const { state, reason, confidence, ambiguous } = meaning;
  if (!ambiguous) return { state, reason, message: null, raw, confidence };
  if (known !== null && known.cancelRequestedAt !== null) {
    return { state: 'CANCELLED', reason: 'USER_REQUEST', message: null, raw, confidence };
  }
  const limit = known?.spec?.timeoutMs ?? null;
  const since = before?.runningSince ?? null;
  const overtime = limit !== null && since !== null && observedAt - since >= limit;
  return {
    state,
    reason: overtime ? 'TIME_LIMIT' : null,
    message: `Charity Engine says "${value}" of a job that was cancelled as well as of one that ran out of time. This gateway did not cancel it.`,
    raw,
    confidence: 'INFERRED',
  };
}

function nothingKnown(raw: Verdict['raw'] = { value: '', detail: null, field: 'vmStatus' }): Verdict {
  return { state: 'UNKNOWN', reason: null, message: null, raw, confidence: 'REPORTED' };
}

/** A verdict in the light of the one before it. */
function steadied(before: Verdict | null, next: Verdict): Verdict {
  if (before === null || before.state === 'UNKNOWN') return next;
  if (isTerminal(before.state)) return isTerminal(next.state) ? next : before;
  if (next.state !== 'UNKNOWN') return next;
  const raw = next.raw.value === '' ? before.raw : next.raw;
  return { ...before, raw, confidence: 'INFERRED' };
}

/**
 * A part in the light of how it was seen last. Hosts are volunteers' machines: when one vanishes the work goes back to
 * the queue, and the state of the part with it. That is no failure, but another attempt.
 */
function nextPart(sighting: Sighting | null, name: string, told: Verdict): PartSighting {
  const before = sighting?.parts.find((part) => part.name === name) ?? null;
  if (before === null) return { name, attempt: 1, verdict: told };
  const verdict = steadied(before.verdict, told);
  const again = judgeTransition('execution', before.verdict.state, verdict.state) === 'ILLEGAL';
  return { name, attempt: before.attempt + (again ? 1 : 0), verdict };
}

function foldParts(parts: readonly PartSighting[], vmWord: string | null): Verdict {
  const state = foldStates(parts.map(({ verdict }) => verdict.state));
  const decisive = (parts.find(({ verdict }) => verdict.state === state) ?? parts[0]!).verdict;
  return {
    ...decisive,
    state,
    raw: { ...decisive.raw, detail: vmWord },
    confidence: parts.length === 1 ? decisive.confidence : 'DERIVED',
  };
}

/** When the whole has ended, what still seemed to go on has ended with it. */
function endedWith(part: PartSighting, whole: Verdict): PartSighting {
  if (!isTerminal(whole.state) || isTerminal(part.verdict.state)) return part;
  const { state, reason, message } = whole;
  return { ...part, verdict: { ...part.verdict, state, reason, message, confidence: 'INFERRED' } };
}
