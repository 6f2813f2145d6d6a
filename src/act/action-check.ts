import type { Action } from '../model/actions.ts';
import type { Scope, Viewer } from '../model/access.ts';
import { GridweaveError } from '../model/errors.ts';
import { isTerminal, type State } from '../model/state.ts';
import type { ActingCalls, WorkKind, WorkRecord } from '../providers/acting.ts';
import type { Provider } from '../providers/registry.ts';
import { notPermitted } from './permission.ts';

/** What speaks against an action on an object as it was just read; ALREADY when it was done before; null when nothing does. */
export function objection(
  action: Action,
  record: WorkRecord,
  provider: Provider,
  viewer: Viewer,
  expectedRevision: number | null,
): GridweaveError | 'ALREADY' | null {
  const { acting } = provider.adapter;
  if (acting === undefined || !supports(acting, action, record.kind)) {
    return new GridweaveError(
      'UNSUPPORTED_OPERATION',
      `This provider cannot ${SPOKEN[action]} ${PLURAL[record.kind]}. See Capabilities.actions.`,
      { provider: provider.key },
    );
  }
  if (!mayTake(action, record, viewer)) return notPermitted(scopeFor(action), provider.key, false);
  if (expectedRevision !== null && record.revision !== expectedRevision) {
    return new GridweaveError(
      'CONFLICT',
      `The object is at revision ${String(record.revision)}, and ${String(expectedRevision)} was expected: it changed since it was read. Read it again.`,
      { provider: provider.key, field: 'expectedRevision' },
    );
  }
  const { state } = record.status;
  // What is being stopped may yet be stopped in another way: a job that is being suspended can still be cancelled.
  if (acting.allowed(record).includes(action)) return null;
  if (ALREADY[action]?.includes(state) === true) return 'ALREADY';
  const why = isTerminal(state) ? `it ended as ${state}` : `it is ${state}`;
  return new GridweaveError(
    'INVALID_STATE',
    `This ${record.kind} cannot be ${DONE[action]} now: ${why}. See allowedActions.`,
    { provider: provider.key },
  );
}

/** Whether somebody was granted to take an action on an object. */
export function mayTake(action: Action, record: WorkRecord, viewer: Viewer): boolean {
  return viewer.in(scopeFor(action), record.provider, record.projectKey ?? null);
}

/** Running something again buys compute; everything else is about what was bought. */
function scopeFor(action: Action): Scope {
  return action === 'RERUN' ? 'submit' : 'operate';
}

function supports(acting: ActingCalls, action: Action, kind: WorkKind): boolean {
  return acting.actions[kind]?.includes(action) ?? false;
}

/** States in which an action has nothing left to do. */
const ALREADY: Readonly<Partial<Record<Action, readonly State[]>>> = {
  CANCEL: ['CANCELLING', 'CANCELLED'],
  SUSPEND: ['SUSPENDED'],
};

const SPOKEN: Readonly<Record<Action, string>> = {
  CANCEL: 'cancel',
  SUSPEND: 'suspend',
  RESUME: 'resume',
  RERUN: 'rerun',
  DELETE: 'delete',
};

const DONE: Readonly<Record<Action, string>> = {
  CANCEL: 'cancelled',
  SUSPEND: 'suspended',
  RESUME: 'resumed',
  RERUN: 'run again',
  DELETE: 'deleted',
};

const PLURAL: Readonly<Record<WorkKind, string>> = { job: 'jobs', task: 'tasks', execution: 'executions' };
