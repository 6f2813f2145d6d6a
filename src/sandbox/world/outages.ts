/** Nodes go down and come back: by themselves now and then, or because somebody said so. */
import { endExecution, openAttempt } from './attempts.ts';
import { failureMessage } from './catalogue/failures.ts';
import { latestAttempts } from './fold.ts';
import { couldHoldAnywhere } from './scheduler.ts';
import type { JobDraft, NodeDraft, SiteState } from './state.ts';
import { hasEnded, streamOf } from './state.ts';

const MINUTE = 60_000;

/** Starts the natural ups and downs of every node. What somebody took away by hand stays away. */
export function startOutages(site: SiteState, meanUpMs: number): void {
  if (!Number.isFinite(meanUpMs) || meanUpMs <= 0) return;
  const { timeline } = site;
  for (const node of site.nodes.values()) {
    const random = streamOf(site, 'outages', node.id);
    const cycle = (): void => {
      timeline.at(timeline.now + MINUTE + random.exponential(meanUpMs), () => {
        setNodeUp(site, node, false);
        timeline.at(timeline.now + random.int(MINUTE, 6 * MINUTE), () => {
          if (!site.heldDown.has(node.id)) setNodeUp(site, node, true);
          cycle();
        });
      });
    };
    cycle();
  }
}

/** Takes a node away or brings it back. */
export function setNodeUp(site: SiteState, node: NodeDraft, up: boolean): void {
  if (node.up === up) return;
  node.up = up;
  node.upSince = site.timeline.now;
  if (up) {
    site.passNeeded = true;
    for (const job of site.jobs.values()) if (job.type === 'daemon') reviveDaemon(site, job, node);
    return;
  }
  for (const id of node.running) {
    const execution = site.executions.get(id);
    const job = execution === undefined ? undefined : site.jobs.get(execution.jobId);
    if (execution === undefined || job === undefined) continue;
    const message = failureMessage('node-lost', job);
    endExecution(site, job, execution, 'failed', { kind: 'failure', cause: 'node-lost', message });
  }
}

/** A daemon runs on every node: one that comes (back) gets an attempt of it. */
function reviveDaemon(site: SiteState, job: JobDraft, node: NodeDraft): void {
  if (hasEnded(job) || job.stopRequestedAt !== null || !couldHoldAnywhere(node, job)) return;
  const index = [...site.nodes.keys()].indexOf(node.id);
  const last = latestAttempts(job).find((execution) => execution.index === index);
  if (last !== undefined && !hasEnded(last)) return;
  const attempt = (last?.attempt ?? 0) + 1;
  openAttempt(site, job, { index, attempt, pinnedTo: node.id }, 500);
}
