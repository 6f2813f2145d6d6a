/** What happened to a job, written down where it happens. */
import type { ExecutionDraft, JobDraft, SiteState } from './state.ts';
import type { SimEvent, SimState } from './types.ts';

/** Adds one event to a job's history. `execution` is null for what concerns the job as a whole. */
export function note(
  site: SiteState,
  job: JobDraft,
  execution: ExecutionDraft | null,
  topic: SimEvent['topic'],
  message: string,
  details: SimEvent['details'] = {},
): void {
  job.history.push({
    seq: job.history.length + 1,
    at: site.timeline.now,
    version: execution?.version ?? job.version,
    executionId: execution?.id ?? null,
    topic,
    message,
    details,
  });
}

/** Moves a job to a state, or gives its state another message; nothing happens when neither differs. */
export function setJobState(site: SiteState, job: JobDraft, state: SimState, message: string): void {
  const { now } = site.timeline;
  if (job.state === state && job.message === message) return;
  if (job.state !== state) {
    job.previousState = job.state;
    job.previousStateSince = job.stateSince;
    job.state = state;
    job.stateSince = now;
  }
  job.message = message;
  touchJob(site, job);
}

/** Counts a change of the job itself. */
export function touchJob(site: SiteState, job: JobDraft): void {
  job.revision += 1;
  job.modifiedAt = site.timeline.now;
}

/** Moves an execution to a state. */
export function setExecutionState(site: SiteState, execution: ExecutionDraft, state: SimState): void {
  const { now } = site.timeline;
  execution.state = state;
  execution.stateSince = now;
  execution.modifiedAt = now;
  execution.revision += 1;
}
