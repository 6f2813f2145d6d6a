/** The life of an execution once it has a node: prepared, run, finalized, ended. */
import { endExecution } from './attempts.ts';
import { foldJob } from './fold.ts';
import { note, setExecutionState } from './history.ts';
import type { ExecutionDraft, JobDraft, NodeDraft, SiteState, Waiting } from './state.ts';

/** Runs something later, unless the execution has changed by then. */
function later(site: SiteState, execution: ExecutionDraft, delayMs: number, run: () => void): void {
  const { revision } = execution;
  site.timeline.at(site.timeline.now + delayMs, () => {
    if (execution.revision === revision) run();
  });
}

/** Gives an execution the node that the scheduler found. */
export function place(site: SiteState, { execution, job, plan }: Waiting, node: NodeDraft): void {
  execution.nodeId = node.id;
  setExecutionState(site, execution, 'preparing');
  note(site, job, execution, 'requested', `Requested execution on ${node.name}`, { nodeId: node.id });
  foldJob(site, job);
  later(site, execution, Math.min(150, Math.floor(plan.prepareMs / 3)), () => {
    note(site, job, execution, 'accepted', `Accepted by ${node.name}`, { nodeId: node.id });
  });
  later(site, execution, plan.prepareMs, () => {
    start(site, job, execution);
  });
}

function start(site: SiteState, job: JobDraft, execution: ExecutionDraft): void {
  const plan = site.plans.get(execution.id);
  if (plan === undefined) return;
  const { outcome } = plan;
  if (outcome.kind === 'failure' && (outcome.cause === 'image' || outcome.cause === 'input')) {
    endExecution(site, job, execution, 'failed', outcome);
    return;
  }
  execution.startedAt = site.timeline.now;
  setExecutionState(site, execution, 'running');
  note(site, job, execution, 'running', 'Running');
  foldJob(site, job);
  later(site, execution, plan.runMs, () => {
    if (outcome.kind === 'failure' && outcome.cause !== 'output') {
      endExecution(site, job, execution, 'failed', outcome);
      return;
    }
    setExecutionState(site, execution, 'finalizing');
    note(site, job, execution, 'finalizing', 'Publishing results');
    foldJob(site, job);
    later(site, execution, plan.finalizeMs, () => {
      endExecution(site, job, execution, outcome.kind === 'success' ? 'succeeded' : 'failed', outcome);
    });
  });
}
