/**
 * Acting on Charity Engine: submissions, and cancellations where the operator has named an endpoint for them. Only the adapter
 * calls this folder; the job it makes of a specification is documented, what becomes of an answer mostly is not.
 */
import type { Action } from '../../../model/actions.ts';
import { GridweaveError } from '../../../model/errors.ts';
import { isTerminal } from '../../../model/state.ts';
import type { Upstream } from '../../../upstream/types.ts';
import type { ActingCalls } from '../../acting.ts';
import type { Connection } from '../connection.ts';
import type { Endpoints } from '../endpoints.ts';
import { CancelCall } from './cancel-call.ts';
import { cancelJobs } from './cancel.ts';
import { CreateCall } from './create-call.ts';
import { find } from './find.ts';
import { restoredJobs } from './memo.ts';
import { submit } from './submit.ts';
import { translate } from './translation.ts';

/** What can be changed through one connection. */
export function createActing(connection: Connection, upstream: Upstream, endpoints: Endpoints): ActingCalls {
  const { provider, settings, known } = connection;
  const create = { call: new CreateCall(upstream, endpoints.create), upstream };
  const cancel = endpoints.cancel === null ? null : new CancelCall(upstream, endpoints.cancel);
  const unsupported = (action: Action): GridweaveError =>
    new GridweaveError('UNSUPPORTED_OPERATION', `Provider "${provider}": ${WHY_NOT[action]}`, { provider });

  return {
    // Nothing refuses a second job, and nothing finds the first.
    submission: { once: 'NONE', visibleAfterMs: 0, settleMs: 0, lookFirst: false },
    actions: cancel === null ? {} : { job: ['CANCEL'] },
    allowed: ({ kind, status }) =>
      cancel !== null && kind === 'job' && !isTerminal(status.state) && status.state !== 'CANCELLING'
        ? ['CANCEL']
        : [],
    plan(request) {
      const { all, notes } = translate(request, settings).verdicts;
      return { verdicts: all, notes };
    },
    submit: (request, stamp, ctx) => submit(connection, create, request, stamp, ctx),
    find: async (target, ctx) => find(connection, upstream, target, ctx),
    async act(action, targets, ctx) {
      if (action === 'CANCEL' && cancel !== null) return cancelJobs(connection, cancel, targets, ctx);
      const answer = { outcome: 'REFUSED', error: unsupported(action) } as const;
      return new Map(targets.map(({ record }) => [record.key, answer]));
    },
    rerun: () => Promise.resolve({ outcome: 'REFUSED', error: unsupported('RERUN') }),
    restore(submissions) {
      // The oldest are forgotten first.
      const oldestFirst = submissions.toSorted((a, b) => a.submittedAt - b.submittedAt);
      known.add(oldestFirst.flatMap(restoredJobs).filter(({ id }) => known.get(id)?.stamp == null));
    },
  };
}

const WHY_NOT: Readonly<Record<Action, string>> = {
  CANCEL:
    'how Charity Engine cancels jobs is not documented. Name the endpoint in "endpoints.cancel" of its settings; the preset "rpc" has a guess at it.',
  SUSPEND: 'Charity Engine cannot suspend jobs.',
  RESUME: 'Charity Engine cannot resume jobs.',
  RERUN: 'Charity Engine cannot run a job again. Submit it once more: that is a new job, and a new purchase.',
  DELETE: 'Charity Engine keeps its jobs: nothing can be deleted there.',
};
