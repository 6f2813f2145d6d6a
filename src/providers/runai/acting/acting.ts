/**
 * Submitting to Run:ai's control plane, and acting on its workloads. `acting.ts` is the door; only the adapter may use it.
 *
 * What ends how, on this connection:
 *
 * - CANCEL deletes the workload, by default. It ends for good, and lookups and changes still tell of it as one that was
 *   cancelled, as long as the service keeps its record; lists do not. With `cancelBy: suspend` it is suspended in its
 *   place, which keeps it in every list with its history, and leaves it to anybody to resume it.
 * - DELETE is the same call, and may be made on what has ended, too.
 * - RERUN makes another workload: the service runs none twice, it only resumes what is suspended.
 *
 * A submission is recognised by its name, which holds a part of its stamp, and by two labels. A typed answer that leaves
 * the state out is taken for accepted.
 */
import type { JobRecord } from '../../../model/records.ts';
import type { CallContext, Upstream } from '../../../upstream/types.ts';
import type { ActingCalls, FindTarget } from '../../acting.ts';
import type { Connection } from '../connection.ts';
import { actOn } from './act.ts';
import { allowedActions } from './allowed.ts';
import { WriteApi } from './calls.ts';
import { findSubmission } from './find.ts';
import { translate } from './request.ts';
import { rerun } from './rerun.ts';
import { submit } from './submit.ts';

/** The half of the contract that changes something, for one connection to a control plane. */
export function createActing(connection: Connection, upstream: Upstream): ActingCalls {
  const { settings, clock } = connection;
  const writing = { connection, api: new WriteApi(upstream) };
  const look =
    (target: Omit<FindTarget, 'sentAt'>, ctx: CallContext) => async (): Promise<readonly JobRecord[]> => {
      const answer = await findSubmission(connection, { ...target, sentAt: clock.now() }, ctx);
      return answer.outcome === 'FOUND' ? answer.records : [];
    };
  return {
    submission: {
      once: settings.uniqueNames ? 'ENFORCED' : 'LOOKUP',
      visibleAfterMs: settings.visibleAfterMs,
      settleMs: settings.settleMs,
      lookFirst: false,
    },
    actions: { job: ['CANCEL', 'SUSPEND', 'RESUME', 'RERUN', 'DELETE'] },
    allowed: (record) => allowedActions(record, connection),
    plan: (request) => {
      const { verdicts, notes } = translate(request, settings);
      return { verdicts, notes };
    },
    submit: (request, stamp, ctx) => {
      const { spec, project } = request;
      const found = look({ stamp, name: spec.name, project, rerunOf: null }, ctx);
      return submit(writing, request, stamp, found, ctx);
    },
    find: (target, ctx) => findSubmission(connection, target, ctx),
    act: (action, targets, ctx) => actOn(writing, action, targets, ctx),
    rerun: (target, stamp, ctx) => {
      const { key, generation, name, projectKey } = target.record;
      const found = look({ stamp, name, project: projectKey, rerunOf: { key, generation } }, ctx);
      return rerun(writing, target, stamp, found, ctx);
    },
  };
}
