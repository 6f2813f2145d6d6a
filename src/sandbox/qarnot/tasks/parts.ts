import type { Site, SimExecution, SimJob } from '../../world/types.ts';
import type { TaskFacts } from '../store/ledger.ts';
import { steadyShare } from '../store/identity.ts';
import type { Hardware, Part, PartPhase } from '../status/part.ts';
import { hardwareOf } from '../status/part.ts';
import { currentExecutions, latestByIndex, momentsOf, phaseOf, timesOf } from './timeline.ts';

/** An instance of a task, with the newest attempt at it; no execution while it has never been placed. */
export interface InstancePart extends Part {
  readonly execution: SimExecution | null;
}

const between = (from: number | null, to: number): number => (from === null ? 0 : Math.max(0, to - from));

function neverPlaced(instanceId: number, job: SimJob): InstancePart {
  const phase: PartPhase =
    job.endedAt === null ? 'waiting' : job.state === 'failed' ? 'failure' : 'cancelled';
  return {
    instanceId,
    phase,
    attempt: 1,
    hardware: null,
    startedOnce: false,
    downloadMs: 0,
    environmentMs: 0,
    executionMs: 0,
    uploadMs: 0,
    progress: 0,
    preparation: 0,
    flavour: 0,
    execution: null,
  };
}

function hardwareFor(site: Site, job: SimJob, execution: SimExecution): Hardware | null {
  const node = execution.nodeId === null ? undefined : site.nodes.get(execution.nodeId);
  if (node === undefined) return null;
  const whole = hardwareOf(node);
  // A task gets its share of a machine here; what is shown as its cores and memory is that share.
  const cores = Math.max(1, Math.round(job.cpuMillis / 1000));
  return {
    ...whole,
    coreCount: Math.min(cores, whole.coreCount),
    memoryMB: Math.min(Math.round(job.memoryBytes / 1_000_000), whole.memoryMB),
  };
}

/** Every instance of a task as it stands now. */
export function partsOf(site: Site, job: SimJob, facts: TaskFacts, now: number): InstancePart[] {
  const executions = currentExecutions(job);
  const latest = latestByIndex(executions);
  // Of any attempt: an instance that waits to be tried again was started before.
  const startedOnce = new Set(executions.filter((each) => each.startedAt !== null).map(({ index }) => index));
  const moments = momentsOf(job);
  return facts.instanceIds.map((instanceId, index) => {
    const execution = latest.get(index);
    if (execution === undefined) return neverPlaced(instanceId, job);
    const phase = phaseOf(execution);
    const { placedAt, startedAt, finalizingAt, endedAt } = timesOf(execution, moments);
    const until = endedAt ?? now;
    const preparedMs = between(placedAt, startedAt ?? until);
    const executionMs = between(startedAt, finalizingAt ?? until);
    return {
      instanceId,
      phase,
      attempt: execution.attempt,
      hardware: hardwareFor(site, job, execution),
      startedOnce: startedOnce.has(index),
      downloadMs: preparedMs * 0.6,
      environmentMs: preparedMs * 0.4,
      executionMs,
      uploadMs: between(finalizingAt, until),
      progress: progressOf(job, phase, executionMs),
      preparation: startedAt === null ? Math.min(1, preparedMs / Math.max(1, job.fate.prepareMs)) : 1,
      flavour: steadyShare(execution.id),
      execution,
    };
  });
}

function progressOf(job: SimJob, phase: PartPhase, executionMs: number): number {
  if (phase === 'uploading' || phase === 'success') return 100;
  const share = executionMs / Math.max(1, job.fate.runMs);
  return Math.min(99, Math.floor(share * 10_000) / 100);
}
