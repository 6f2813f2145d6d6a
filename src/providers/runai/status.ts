import type { JobKind, Status } from '../../model/records.ts';
import { isTerminal, type Reason, type State } from '../../model/state.ts';
import { parseTimestamp } from '../../model/time.ts';
import { isWire, textOf, wireOf, type Wire } from '../reading.ts';
import { PHASES, phaseWord, podMeaning, type Phase } from './words.ts';

/**
 * Causes that only texts name: the phase is just `Failed`. Only wordings that can mean one thing are recognised; for
 * every other the reason is left open and the text stands in the message.
 */
const WORDINGS: readonly (readonly [Reason, RegExp])[] = [
  ['OUT_OF_MEMORY', /\boom[- ]?killed\b|out ?of ?memory/i],
  ['IMAGE_UNAVAILABLE', /ErrImagePull|ImagePullBackOff|InvalidImageName|pull(?:ing)? image/i],
  ['TIME_LIMIT', /DeadlineExceeded|time limit/i],
  ['PREEMPTED', /\bpreempt|\bevicted\b/i],
  ['NODE_LOST', /NodeLost|node (?:was )?lost/i],
  [
    'EXIT_NONZERO',
    /BackoffLimitExceeded|exit(?:ed)?(?: with)?(?: non-?zero)?(?: exit)? code|\bCrashLoopBackOff\b/i,
  ],
];

function reasonIn(texts: readonly (string | null)[]): Reason | null {
  const text = texts.filter((part) => part !== null).join('\n');
  return WORDINGS.find(([, wording]) => wording.test(text))?.[0] ?? null;
}

/** What a workload's row says of its state. */
export function workloadStatus(wire: Wire, jobKind: JobKind): Status {
  const value = textOf(wire['phase']) ?? '';
  const word = phaseWord(value);
  const phaseReason = textOf(wire['phaseReason']);
  const k8sPhase = textOf(wire['k8sPhase']);
  const since = parseTimestamp(wire['phaseUpdatedAt']);
  const deleted = parseTimestamp(wire['deletedAt']);
  const stopped = word === 'Stopped' ? stoppedState(wire, jobKind) : null;
  const state: State = stopped?.state ?? (word === null ? 'UNKNOWN' : PHASES[word]);
  const status: Status = {
    state,
    reason: word === null ? null : reasonOf(word, wire),
    message: textOf(wire['phaseMessage']) ?? (word === 'Updating' ? 'A change of its specification is being rolled out.' : null), // prettier-ignore
    raw: { value, detail: phaseReason ?? (k8sPhase === value ? null : k8sPhase), field: 'phase' },
    desired: word === null ? null : (DESIRED[word] ?? null),
    degraded: word === 'Degraded',
    counts: null,
    confidence: word === 'Updating' || stopped?.told === false ? 'INFERRED' : 'REPORTED',
    since,
  };
  if (deleted === null) return status;
  // A tombstone. What had ended keeps its end; everything else was ended by the deletion.
  return {
    ...status,
    state: isTerminal(state) ? state : 'CANCELLED',
    reason: isTerminal(state) ? status.reason : 'DELETED_UPSTREAM',
    desired: 'DELETE',
    since: isTerminal(state) ? since : deleted,
  };
}

const DESIRED: Partial<Record<Phase, Status['desired']>> = {
  Resuming: 'RUN',
  Stopping: 'STOP',
  Suspending: 'STOP',
  Stopped: 'STOP',
  Deleting: 'DELETE',
};

/** `actionsSupport.suspend` also means resume. Where it is not told, only services are known not to be resumable. */
function stoppedState(wire: Wire, jobKind: JobKind): { readonly state: State; readonly told: boolean } {
  const support = wire['actionsSupport'];
  const told = isWire(support);
  const resumable = told ? support['suspend'] === true : jobKind === 'BATCH' || jobKind === 'INTERACTIVE';
  return { state: resumable ? 'SUSPENDED' : 'CANCELLED', told };
}

function reasonOf(word: Phase, wire: Wire): Reason | null {
  switch (word) {
    case 'Creating':
      return 'PROVIDER_SYNC';
    case 'Pending': {
      const why = textOf(wire['phaseReason']);
      return why === 'NonPreemptibleOverQuota' || why === 'OverLimit' ? 'QUOTA' : 'CAPACITY';
    }
    case 'Stopping':
    case 'Suspending':
      return 'USER_REQUEST';
    case 'Failed':
      return reasonIn([
        textOf(wire['phaseMessage']),
        textOf(wire['k8sPhase']),
        ...(Array.isArray(wire['conditions']) ? wire['conditions'] : []).map((condition) =>
          textOf(wireOf(condition)['reason']),
        ),
      ]);
    default:
      return null;
  }
}

/** What a pod's row says of its state. */
export function podStatus(wire: Wire): Status {
  const value = textOf(wire['k8sPhase']) ?? '';
  const placed = textOf(wire['nodeName']) !== null;
  const known = podMeaning(value);
  // A pod that waits and names a node is being prepared there.
  const state: State = value === 'Pending' && placed ? 'PREPARING' : (known?.state ?? 'UNKNOWN');
  const status: Status = {
    state,
    reason: known?.reason ?? null,
    message: null,
    raw: { value, detail: null, field: 'k8sPhase' },
    desired: null,
    degraded: false,
    counts: null,
    confidence: 'REPORTED',
    since: parseTimestamp(wire['k8sPhaseUpdatedAt']),
  };
  const deleted = parseTimestamp(wire['deletedAt']);
  if (deleted === null || isTerminal(state)) return status;
  return { ...status, state: 'CANCELLED', reason: 'DELETED_UPSTREAM', desired: 'DELETE', since: deleted };
}
