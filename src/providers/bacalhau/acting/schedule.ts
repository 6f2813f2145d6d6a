import type { JobSpec } from '../../../model/job-spec.ts';
import type { TaskToSend } from './job-to-send.ts';
import type { FieldPath, Verdicts } from '../../verdicts.ts';

const TYPES = { BATCH: 'batch', SERVICE: 'service', DAEMON: 'daemon', OPS: 'ops' } as const;
export type JobType = (typeof TYPES)[keyof typeof TYPES];

export function typeOf({ jobKind }: Pick<JobSpec, 'jobKind'>, verdicts: Verdicts): JobType {
  if (jobKind === null) return 'batch';
  const at = ['spec', 'jobKind'];
  if (jobKind === 'INTERACTIVE') {
    verdicts.refused(at, 'Bacalhau has no interactive jobs.');
    return 'batch';
  }
  verdicts.honoured(at);
  return TYPES[jobKind];
}

function runsEverywhere(type: JobType): boolean {
  return type === 'ops' || type === 'daemon';
}

/** Both in whole seconds. 0 is said outright, so that a job does not depend on a version's default. */
export function timeoutsOf(spec: JobSpec, type: JobType, verdicts: Verdicts): TaskToSend['Timeouts'] {
  const { executionTimeoutMs, queueTimeoutMs } = spec;
  return {
    ExecutionTimeout: secondsOf(
      executionTimeoutMs,
      ['spec', 'executionTimeoutMs'],
      runIgnored(type),
      verdicts,
    ),
    QueueTimeout: secondsOf(queueTimeoutMs, ['spec', 'queueTimeoutMs'], queueIgnored(type), verdicts),
    TotalTimeout: 0,
  };
}

/** Read in the source of 1.9.3: a node does not time what is meant to run for ever. */
function runIgnored(type: JobType): string | null {
  return type === 'service' || type === 'daemon' ? `A ${type} job runs until it is stopped.` : null;
}

/** Read in the source of 1.9.3: only jobs with a count wait for nodes. */
function queueIgnored(type: JobType): string | null {
  return runsEverywhere(type) ? `A job of type ${type} does not wait: it runs on the nodes there are.` : null;
}

function secondsOf(ms: number | null, at: FieldPath, ignored: string | null, verdicts: Verdicts): number {
  if (ms === null) return 0;
  if (ms <= 0) {
    verdicts.refused(at, 'Give a time above 0, or leave it out for no limit.');
    return 0;
  }
  if (ignored !== null) {
    verdicts.ignored(at, ignored);
    return 0;
  }
  const seconds = Math.ceil(ms / 1000);
  if (ms % 1000 === 0) verdicts.honoured(at);
  else verdicts.translated(at, `Rounded up to whole seconds: ${String(seconds)} s.`);
  return seconds;
}

export function judgeRetries({ maxRetries }: Pick<JobSpec, 'maxRetries'>, verdicts: Verdicts): void {
  if (maxRetries === null) return;
  verdicts.ignored(
    ['spec', 'maxRetries'],
    'The server decides: it runs a failing execution up to twice on each node that fits, and an ops execution once.',
  );
}

/** Said outright: versions differ in what they take an absent count for. */
export function countOf({ count }: Pick<JobSpec, 'count'>, type: JobType, verdicts: Verdicts): number {
  if (count === null) return runsEverywhere(type) ? 0 : 1;
  const at = ['spec', 'count'];
  if (count < 1) {
    verdicts.refused(at, 'Give at least 1.');
  } else if (!runsEverywhere(type)) {
    verdicts.honoured(at);
  } else if (count === 1) {
    verdicts.ignored(at, `A job of type ${type} runs once on every node that fits.`);
  } else {
    verdicts.refused(at, `A job of type ${type} runs once on every node that fits, and takes no count.`);
  }
  return runsEverywhere(type) ? 0 : count;
}

/** What a reader of the plan may not expect of the scheduler. */
export function scheduleNotes(spec: JobSpec, type: JobType): readonly string[] {
  const notes: string[] = [];
  if (runsEverywhere(type)) return notes;
  if ((spec.count ?? 1) > 1) {
    notes.push(`Bacalhau runs each of the ${String(spec.count)} executions on a node of its own: it needs as many that fit.`); // prettier-ignore
  }
  if (spec.queueTimeoutMs === null) {
    notes.push('Without queueTimeoutMs the job fails at once when no node has room for it, unless the server sets one.'); // prettier-ignore
  }
  return notes;
}
