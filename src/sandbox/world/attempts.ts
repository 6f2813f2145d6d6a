/** Opens attempts (one execution for one index of a job), ends them, and decides whether another one follows. */
import { unschedulableMessage } from './catalogue/failures.ts';
import { foldJob } from './fold.ts';
import { note, setExecutionState, setJobState } from './history.ts';
import { planAttempt } from './plan.ts';
import { couldHold, couldHoldAnywhere, dequeue, enqueue, release } from './scheduler.ts';
import type { AttemptPlan, ExecutionDraft, JobDraft, SiteState } from './state.ts';
import { hasEnded, streamOf } from './state.ts';
import type { SimExecution } from './types.ts';

/** How often an index is tried again because its node went away; that costs none of the job's own retries. */
const MAX_LOST_NODES = 5;

/** Opens the first attempts of the job's current version: `count` of them, or one for every node that is up. */
export function openVersion(site: SiteState, job: JobDraft, dispatchMs: number): void {
  if (job.type === 'ops' || job.type === 'daemon') {
    let index = 0;
    let opened = 0;
    for (const node of site.nodes.values()) {
      if (node.up && couldHoldAnywhere(node, job)) {
        openAttempt(site, job, { index, attempt: 1, pinnedTo: node.id }, dispatchMs);
        opened += 1;
      }
      index += 1;
    }
    if (opened > 0) return;
  }
  for (let index = 0; index < Math.max(1, job.count); index++) {
    openAttempt(site, job, { index, attempt: 1, pinnedTo: null }, dispatchMs);
  }
}

/** Opens one attempt, which gets in line after `delayMs`. */
export function openAttempt(
  site: SiteState,
  job: JobDraft,
  place: { readonly index: number; readonly attempt: number; readonly pinnedTo: string | null },
  delayMs: number,
): void {
  const { now } = site.timeline;
  const { index, attempt, pinnedTo } = place;
  const execution: ExecutionDraft = {
    id: streamOf(site, 'execution', job.id, job.version, index, attempt).uuid(),
    jobId: job.id,
    version: job.version,
    index,
    attempt,
    nodeId: null,
    state: 'queued',
    stateSince: now,
    revision: 1,
    createdAt: now,
    modifiedAt: now,
    startedAt: null,
    endedAt: null,
    outcome: null,
  };
  const plan = planAttempt(site, job, execution, pinnedTo);
  job.executions.push(execution);
  site.executions.set(execution.id, execution);
  site.plans.set(execution.id, plan);
  site.timeline.at(now + delayMs, () => {
    if (execution.revision !== 1) return;
    if (canBePlaced(site, plan)) enqueue(site, job, execution, plan);
    else giveUpLater(site, job, execution, plan);
  });
}

function canBePlaced(site: SiteState, plan: AttemptPlan): boolean {
  const { outcome } = plan;
  if (outcome.kind === 'failure' && outcome.cause === 'unschedulable') return false;
  if (plan.pinnedTo !== null) return true;
  for (const node of site.nodes.values()) if (couldHold(node, plan.spec)) return true;
  return false;
}

/** What no node can hold waits for `prepareMs` and fails without ever having had a node. */
function giveUpLater(site: SiteState, job: JobDraft, execution: ExecutionDraft, plan: AttemptPlan): void {
  const { outcome } = plan;
  const message =
    outcome.kind === 'failure' && outcome.cause === 'unschedulable'
      ? outcome.message
      : unschedulableMessage(plan.spec, site.nodes.size);
  if (job.message !== message) {
    note(site, job, null, 'queued', message);
    setJobState(site, job, 'queued', message);
  }
  site.timeline.at(site.timeline.now + plan.prepareMs, () => {
    if (hasEnded(execution)) return;
    endExecution(site, job, execution, 'failed', { kind: 'failure', cause: 'unschedulable', message });
  });
}

/** Ends an execution wherever it stands, and draws the consequences for its job. */
export function endExecution(
  site: SiteState,
  job: JobDraft,
  execution: ExecutionDraft,
  state: 'succeeded' | 'failed' | 'cancelled',
  outcome: NonNullable<SimExecution['outcome']>,
): void {
  const plan = site.plans.get(execution.id);
  if (plan === undefined || hasEnded(execution)) return;
  dequeue(site, execution);
  release(site, execution, plan.spec);
  setExecutionState(site, execution, state);
  execution.endedAt = site.timeline.now;
  execution.outcome = outcome;
  if (outcome.kind === 'failure' && outcome.cause === 'node-lost') {
    note(site, job, execution, 'node-lost', outcome.message, { nodeId: execution.nodeId ?? '' });
  }
  note(site, job, execution, 'execution-ended', describe(outcome), detailsOf(outcome));
  if (execution.version !== job.version || hasEnded(job)) return;
  if (mayRetry(job, execution)) retry(site, job, execution);
  foldJob(site, job);
}

function describe(outcome: NonNullable<SimExecution['outcome']>): string {
  if (outcome.kind === 'success') return 'Completed successfully';
  return outcome.kind === 'nonzero' ? `Exited with code ${outcome.exitCode}` : outcome.message;
}

function detailsOf(outcome: NonNullable<SimExecution['outcome']>): Readonly<Record<string, string>> {
  if (outcome.kind === 'failure') return { outcome: outcome.kind, cause: outcome.cause };
  if (outcome.kind === 'nonzero') return { outcome: outcome.kind, exitCode: String(outcome.exitCode) };
  return { outcome: outcome.kind };
}

function isNodeLost(execution: ExecutionDraft): boolean {
  return execution.outcome?.kind === 'failure' && execution.outcome.cause === 'node-lost';
}

/**
 * A failed attempt is followed by another while the job has retries left; a nonzero exit is an end, not a failed
 * attempt. What is pinned to a node that went away has nowhere else to go.
 */
function mayRetry(job: JobDraft, execution: ExecutionDraft): boolean {
  const { outcome } = execution;
  if (execution.state !== 'failed' || outcome?.kind !== 'failure' || job.stopRequestedAt !== null)
    return false;
  if (outcome.cause === 'unschedulable') return false;
  const attempts = job.executions.filter(
    (other) => other.version === execution.version && other.index === execution.index,
  );
  const lost = attempts.filter(isNodeLost).length;
  if (isNodeLost(execution)) return lost <= MAX_LOST_NODES && job.type !== 'ops' && job.type !== 'daemon';
  return attempts.length - lost <= job.maxRetries;
}

function retry(site: SiteState, job: JobDraft, execution: ExecutionDraft): void {
  const simulated = site.traits.get(job.id)?.simulated === true;
  const backoffMs = simulated ? streamOf(site, 'backoff', execution.id).int(2000, 12_000) : 1000;
  const attempt = execution.attempt + 1;
  note(site, job, execution, 'retry', `Index ${execution.index} is tried again: attempt ${attempt}`, {
    attempt: String(attempt),
  });
  const pinnedTo = site.plans.get(execution.id)?.pinnedTo ?? null;
  openAttempt(site, job, { index: execution.index, attempt, pinnedTo }, backoffMs);
}
