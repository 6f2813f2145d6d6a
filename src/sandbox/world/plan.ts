/** What will become of one attempt: drawn when it is opened, from its own stream and its job's fate. */
import { drawTransientFailure } from './catalogue/failures.ts';
import { specOf } from './spec.ts';
import type { AttemptPlan, ExecutionDraft, JobDraft, SiteState } from './state.ts';
import { streamOf } from './state.ts';
import type { SimFate, SimOutcome } from './types.ts';

/** `pinnedTo` is the id of the only node it may run on, or null. */
export function planAttempt(
  site: SiteState,
  job: JobDraft,
  execution: ExecutionDraft,
  pinnedTo: string | null,
): AttemptPlan {
  const traits = site.traits.get(job.id);
  const random = streamOf(site, 'attempt', execution.id);
  const vary = (ms: number): number => Math.round(ms * (1 + (traits?.jitter ?? 0) * (random.next() * 2 - 1)));
  const { fate } = job;
  let runMs = vary(fate.runMs);
  let outcome: SimOutcome = { kind: 'success' };
  if (isStruck(site, job, fate, execution.index)) {
    outcome = fate.outcome;
    if (execution.attempt <= fate.failFirst) {
      outcome = drawTransientFailure(random);
      runMs = Math.round(runMs * (0.2 + random.next() * 0.6));
    }
  }
  if (job.timeoutMs !== null && runMs > job.timeoutMs) {
    runMs = job.timeoutMs;
    const message = `Execution timed out. It took longer than ${job.timeoutMs / 1000} s.`;
    outcome = { kind: 'failure', cause: 'timeout', message };
  }
  const cutShort = outcome.kind === 'nonzero' || (outcome.kind === 'failure' && outcome.cause !== 'output');
  return {
    // A copy: a rerun may give the job another spec while this attempt still holds capacity.
    spec: specOf(job),
    logKind: traits?.logKind ?? 'script',
    prepareMs: vary(fate.prepareMs),
    runMs,
    expectedMs: cutShort ? Math.round(runMs / (0.2 + random.next() * 0.75)) : runMs,
    finalizeMs: vary(fate.finalizeMs),
    outcome,
    pinnedTo,
  };
}

/** A user's job goes as its command says for every index; of the world's own, usually one index goes wrong. */
function isStruck(site: SiteState, job: JobDraft, fate: SimFate, index: number): boolean {
  if (site.traits.get(job.id)?.simulated !== true || job.type !== 'batch') return true;
  const { outcome } = fate;
  if (outcome.kind === 'failure' && (outcome.cause === 'image' || outcome.cause === 'unschedulable'))
    return true;
  return index === streamOf(site, 'struck', job.id, job.version).int(0, Math.max(1, job.count) - 1);
}
