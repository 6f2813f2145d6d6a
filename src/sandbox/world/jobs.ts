/** What can be done with jobs: entered, stopped, run again, forgotten. Users and the simulation come through here. */
import { GridweaveError } from '../../model/errors.ts';
import { endExecution, openVersion } from './attempts.ts';
import { foldJob } from './fold.ts';
import { joinGroup, leaveGroup } from './groups.ts';
import { note, setExecutionState, setJobState, touchJob } from './history.ts';
import { dequeue, release } from './scheduler.ts';
import { specOf } from './spec.ts';
import type { JobDraft, JobTraits, SiteState } from './state.ts';
import { hasEnded, streamOf } from './state.ts';
import type { SimJobSpec } from './types.ts';

/** Enters a job now. `dispatchMs` is how long it takes until its executions get in line. */
export function enterJob(
  site: SiteState,
  spec: SimJobSpec,
  traits: JobTraits,
  options: { readonly id?: string; readonly groupId?: string; readonly dispatchMs: number },
): JobDraft {
  const { now } = site.timeline;
  const seq = site.lastJobSeq + 1;
  const id = options.id ?? streamOf(site, 'job', seq).uuid();
  if (site.jobs.has(id)) {
    throw new GridweaveError('INVALID_ARGUMENT', `A job with the id ${id} exists already.`, { field: 'id' });
  }
  site.lastJobSeq = seq;
  const job: JobDraft = {
    ...specOf(spec),
    id,
    seq,
    groupId: options.groupId ?? null,
    version: 1,
    revision: 1,
    state: 'queued',
    previousState: null,
    stateSince: now,
    previousStateSince: null,
    message: '',
    createdAt: now,
    modifiedAt: now,
    endedAt: null,
    stopRequestedAt: null,
    executions: [],
    history: [],
  };
  site.jobs.set(id, job);
  site.traits.set(id, traits);
  if (job.groupId !== null) joinGroup(site, job.groupId, job);
  note(site, job, null, 'submitted', 'Job submitted', { owner: job.owner });
  openVersion(site, job, options.dispatchMs);
  pruneJobs(site);
  return job;
}

/** Asks a job to end. What waits ends at once, what runs a moment later. */
export function stopJob(site: SiteState, jobId: string, reason: string): boolean {
  const job = site.jobs.get(jobId);
  if (job === undefined || hasEnded(job)) return false;
  if (job.stopRequestedAt !== null) return true;
  job.stopRequestedAt = site.timeline.now;
  job.message = reason;
  touchJob(site, job);
  note(site, job, null, 'stop-requested', 'Job requested to stop before completion', { reason });
  const outcome = { kind: 'cancelled', message: reason } as const;
  for (const execution of job.executions) {
    if (hasEnded(execution)) continue;
    if (execution.state === 'queued') {
      endExecution(site, job, execution, 'cancelled', outcome);
    } else {
      const graceMs = streamOf(site, 'grace', execution.id).int(200, 1800);
      site.timeline.at(site.timeline.now + graceMs, () => {
        endExecution(site, job, execution, 'cancelled', outcome);
      });
    }
  }
  // A daemon whose nodes are all away has nothing left to wait for.
  foldJob(site, job);
  return true;
}

/** Opens a new version of a job, with another spec if there is one. */
export function rerunJob(
  site: SiteState,
  jobId: string,
  reason: string,
  dispatchMs: number,
  spec?: SimJobSpec,
): boolean {
  const job = site.jobs.get(jobId);
  if (job === undefined) return false;
  const old = job.executions.filter((execution) => !hasEnded(execution));
  job.version += 1;
  job.stopRequestedAt = null;
  job.endedAt = null;
  if (spec !== undefined) Object.assign(job, specOf(spec));
  note(site, job, null, 'rerun', reason, { version: String(job.version) });
  const message = 'Stopped for a newer version of the job';
  for (const execution of old) {
    endExecution(site, job, execution, 'cancelled', { kind: 'cancelled', message });
  }
  if (job.state === 'queued') {
    job.message = '';
    touchJob(site, job);
  } else {
    setJobState(site, job, 'queued', '');
  }
  openVersion(site, job, dispatchMs);
  return true;
}

/** Forgets a job. What it held is free again; nothing more will happen to it. */
export function removeJob(site: SiteState, jobId: string): boolean {
  const job = site.jobs.get(jobId);
  if (job === undefined) return false;
  for (const execution of job.executions) {
    const plan = site.plans.get(execution.id);
    if (plan !== undefined && !hasEnded(execution)) {
      dequeue(site, execution);
      release(site, execution, plan.spec);
      // Whatever is still planned for it sees that it has changed, and lets it be.
      setExecutionState(site, execution, 'cancelled');
    }
    site.executions.delete(execution.id);
    site.plans.delete(execution.id);
    site.logTails.delete(execution.id);
  }
  site.jobs.delete(jobId);
  site.traits.delete(jobId);
  if (job.groupId !== null) leaveGroup(site, job.groupId, jobId);
  return true;
}

/** Forgets the oldest ended jobs as long as there are more than the site keeps. */
function pruneJobs(site: SiteState): void {
  if (site.jobs.size <= site.keepJobs) return;
  for (const job of site.jobs.values()) {
    if (hasEnded(job)) removeJob(site, job.id);
    if (site.jobs.size <= site.keepJobs) return;
  }
}
