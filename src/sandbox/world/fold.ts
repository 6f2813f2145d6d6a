/** What the states of its executions mean for a job. */
import { closeGroupWhenDone } from './groups.ts';
import { note, setJobState } from './history.ts';
import type { ExecutionDraft, JobDraft, SiteState } from './state.ts';
import { hasEnded } from './state.ts';
import type { SimState } from './types.ts';

/** The latest attempt of every index of the current version. */
export function latestAttempts(job: JobDraft): ExecutionDraft[] {
  const latest = new Map<number, ExecutionDraft>();
  for (const execution of job.executions) {
    if (execution.version === job.version) latest.set(execution.index, execution);
  }
  return [...latest.values()];
}

/** Brings the job's state in line with its executions; called after each of their changes. */
export function foldJob(site: SiteState, job: JobDraft): void {
  if (hasEnded(job)) return;
  const parts = latestAttempts(job);
  if (parts.every(hasEnded)) {
    endJob(site, job, parts);
    return;
  }
  // A job that is being stopped stays what it was until the last execution is gone.
  if (job.stopRequestedAt !== null) return;
  const state = liveState(parts);
  if (state === job.state) return;
  setJobState(site, job, state, state === 'queued' ? 'Waiting for another attempt.' : '');
  if (state === 'running') note(site, job, null, 'running', 'Running');
  if (state === 'finalizing') note(site, job, null, 'finalizing', 'Publishing results');
}

function liveState(parts: readonly ExecutionDraft[]): SimState {
  const has = (state: SimState): boolean => parts.some((part) => part.state === state);
  if (has('running')) return 'running';
  if (has('preparing')) return has('succeeded') || has('finalizing') ? 'running' : 'preparing';
  if (has('queued')) return has('succeeded') || has('finalizing') ? 'running' : 'queued';
  return 'finalizing';
}

function endJob(site: SiteState, job: JobDraft, parts: readonly ExecutionDraft[]): void {
  if (job.stopRequestedAt !== null) {
    close(site, job, 'cancelled', job.message);
    return;
  }
  const failed = parts.filter((part) => part.state === 'failed');
  const [first] = failed;
  if (job.type === 'daemon' && failed.length > 0 && failed.every(isNodeLost)) {
    // A daemon comes back with its nodes.
    setJobState(site, job, 'queued', 'Waiting for a node to come back.');
    return;
  }
  if (first === undefined) {
    close(site, job, 'succeeded', '');
    return;
  }
  const { outcome } = first;
  let message = outcome !== null && 'message' in outcome ? outcome.message : '';
  if (outcome?.kind === 'nonzero') message = `Exited with code ${outcome.exitCode}`;
  close(
    site,
    job,
    'failed',
    parts.length === 1 ? message : `${failed.length} of ${parts.length} failed: ${message}`,
  );
}

function isNodeLost({ outcome }: ExecutionDraft): boolean {
  return outcome?.kind === 'failure' && outcome.cause === 'node-lost';
}

function close(
  site: SiteState,
  job: JobDraft,
  state: 'succeeded' | 'failed' | 'cancelled',
  message: string,
): void {
  job.endedAt = site.timeline.now;
  setJobState(site, job, state, message);
  note(site, job, null, 'job-ended', message === '' ? 'Completed' : message, { state });
  if (job.groupId !== null) closeGroupWhenDone(site, job.groupId);
}
