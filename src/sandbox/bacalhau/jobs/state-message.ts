/** The words of a job's state, which need to know the cluster and how a version came about. */
import type { SimJob } from '../../world/types.ts';
import type { Installation } from '../installation.ts';
import { everyNodeRefuses } from './shortage.ts';
import type { JobTransition } from './transitions.ts';

/** `State.Message`; empty when there is none. */
export function stateMessage(installation: Installation, job: SimJob, transition: JobTransition): string {
  const { message, origin, requested, state, version } = transition;
  if (origin === 'reopened') {
    const updated = installation.ledger.origin(job.id, version) === 'update';
    return updated ? 'Job update requested by user' : RERUN_REASON;
  }
  if (origin !== 'shortage') return message;
  const shortage = everyNodeRefuses(requested, installation.site.nodes.size, message);
  return state === 'Queued' ? `Job queued. ${shortage}` : shortage;
}

/** Whatever reason the client gave. */
export const RERUN_REASON = 'job rerun';
