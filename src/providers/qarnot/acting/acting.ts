/**
 * The acting half of the Qarnot adapter: judging, submitting, finding, stopping, deleting, running again. Called by
 * `adapter.ts` alone. A submission becomes one task; the unified job is the implicit one around it, or the Qarnot job that
 * the extension names.
 */
import type { Upstream } from '../../../upstream/types.ts';
import type { ActingCalls, SubmissionTraits } from '../../acting.ts';
import type { Connection } from '../connection.ts';
import type { QarnotSettings } from '../settings.ts';
import { takeAction } from './act.ts';
import { ACTIONS_BY_KIND, allowedActions } from './allowed.ts';
import { draftTask } from './draft.ts';
import { findTask } from './find.ts';
import { rerunJob } from './rerun.ts';
import { submitTask } from './submit.ts';
import { QarnotWrites } from './writes.ts';

/** Whether a new task can be looked up at once is not documented. */
const VISIBLE_AFTER_MS = 5_000;
/** How long the service may still work on a create that it did not answer is not documented: a guess with room. */
const SETTLE_MS = 60_000;

/** That shortnames are unique is documented; that the service refuses a second one was never verified. */
function traitsOf({ uniqueShortnames }: QarnotSettings): SubmissionTraits {
  return {
    once: uniqueShortnames ? 'ENFORCED' : 'LOOKUP',
    visibleAfterMs: VISIBLE_AFTER_MS,
    settleMs: SETTLE_MS,
    // A second create makes another task, or is refused: it never changes the first.
    lookFirst: false,
  };
}

export function createActing(connection: Connection, upstream: Upstream): ActingCalls {
  const { settings } = connection;
  const writes = new QarnotWrites(upstream, settings.pathPrefix);
  return {
    submission: traitsOf(settings),
    actions: ACTIONS_BY_KIND,
    allowed: allowedActions,
    plan(request) {
      const { all, notes } = draftTask(request, settings).verdicts;
      return { verdicts: all, notes };
    },
    submit: (request, stamp, ctx) => submitTask(connection, writes, request, stamp, ctx),
    find: (target, ctx) => findTask(connection, writes, target, ctx),
    act: (action, targets, ctx) => takeAction(connection, writes, action, targets, ctx),
    rerun: (target, stamp, ctx) => rerunJob(connection, writes, target, stamp, ctx),
  };
}
