/**
 * Workloads: stretches of the life of the world's jobs. A version that was opened by a resume, an update or a preemption
 * goes on with its workload; any other rerun is somebody who deletes a failed workload and submits it again.
 */
import type { SimExecution, SimJob } from '../../world/types.ts';
import type { Installation, Scope } from '../installation.ts';
import type { Ledger, Submission } from '../ledger.ts';
import { versionKey } from '../ledger.ts';
import { shareOf, uuidOf } from '../wire/ids.ts';
import type { WorkloadKind } from './kind.ts';
import { canSuspend, kindOf } from './kind.ts';
import type { Phase, PhaseFold } from './phases.ts';
import { foldPhases } from './phases.ts';
import type { PodRequest } from './requests.ts';
import { requestOf } from './requests.ts';

export interface Workload {
  readonly id: string;
  readonly job: SimJob;
  readonly firstVersion: number;
  readonly lastVersion: number;
  readonly kind: WorkloadKind;
  readonly submission: Submission | undefined;
  readonly request: PodRequest;
  readonly createdAt: number;
  /** Executions of its versions, older attempts included. */
  readonly executions: readonly SimExecution[];
  readonly fold: PhaseFold;
  /** When it was gone; null while it is there. May lie after what the control plane knows. */
  readonly deletedAt: number | null;
  /** When its deletion was asked for here. */
  readonly deletionRequestedAt: number | null;
}

/** A deletion takes at least this long. */
const DELETING_MS = 700;

interface Cached {
  readonly historyLength: number;
  readonly edition: number;
  readonly workloads: readonly Workload[];
}
const cache = new WeakMap<SimJob, Cached>();

/** Every workload there ever was, as far as it is remembered: deleted ones, too. In order of creation. */
export function allWorkloads(installation: Installation): Workload[] {
  const { known } = installation.ledger;
  return [...known.values()]
    .flatMap((job) => workloadsOf(installation, job))
    .sort((a, b) => a.createdAt - b.createdAt);
}

/** Those of one job, oldest first. */
export function workloadsOf(installation: Installation, job: SimJob): readonly Workload[] {
  const { ledger } = installation;
  const cached = cache.get(job);
  if (cached?.historyLength === job.history.length && cached.edition === ledger.edition)
    return cached.workloads;
  const starts = job.history.filter(
    ({ topic, version }) => topic === 'rerun' && !ledger.continuations.has(versionKey(job.id, version)),
  );
  const spans = [{ version: 1, at: job.createdAt }, ...starts];
  const workloads = spans.map(({ version, at }, index) =>
    workloadOf(ledger, job, { from: version, at, next: spans[index + 1] ?? null }),
  );
  cache.set(job, { historyLength: job.history.length, edition: ledger.edition, workloads });
  return workloads;
}

interface Span {
  readonly from: number;
  readonly at: number;
  readonly next: { readonly version: number; readonly at: number } | null;
}

function workloadOf(ledger: Ledger, job: SimJob, span: Span): Workload {
  const { from, at, next } = span;
  const id = from === 1 ? job.id : uuidOf('workload', job.id, from);
  const lastVersion = next === null ? job.version : next.version - 1;
  const submission = ledger.submissions.get(job.id);
  const kind = kindOf(job, submission);
  const fold = foldPhases(job, {
    firstVersion: from,
    lastVersion,
    startAt: at,
    continuation: (version) => ledger.continuations.get(versionKey(job.id, version)),
    suspends: (version) => suspends(ledger, job, version, kind),
  });
  const deletionRequestedAt = ledger.deletions.get(id) ?? null;
  const deletions = [
    fold.deletedAt,
    next?.at ?? null,
    ledger.forgotten.get(job.id) ?? null,
    deletionRequestedAt === null || fold.endedAt === null
      ? null
      : Math.max(fold.endedAt, deletionRequestedAt + DELETING_MS),
    expiryOf(fold, submission),
  ].filter((time) => time !== null);
  return {
    id,
    job,
    firstVersion: from,
    lastVersion,
    kind,
    submission,
    request: requestOf(job, submission),
    createdAt: at,
    executions: job.executions.filter(({ version }) => version >= from && version <= lastVersion),
    fold,
    deletedAt: deletions.length === 0 ? null : Math.min(...deletions),
    deletionRequestedAt,
  };
}

/** Of the stops by the world's own people, half keep the workload suspended and half delete it. */
function suspends(ledger: Ledger, job: SimJob, version: number, kind: WorkloadKind): boolean {
  if (ledger.suspensions.has(versionKey(job.id, version))) return true;
  const isOurs = ledger.submissions.has(job.id);
  return !isOurs && canSuspend(kind) && shareOf('suspends', job.id, version) < 0.5;
}

/** What has finished disappears by itself after a time that its submission sets. */
function expiryOf(fold: PhaseFold, submission: Submission | undefined): number | null {
  const last = fold.entries.at(-1);
  const over = last?.phase === 'Completed' || last?.phase === 'Failed';
  return over && submission !== undefined ? last.at + submission.keptSeconds * 1000 : null;
}

/** Where a workload stands, as far as the control plane knows. Times in epoch milliseconds. */
export interface Standing {
  readonly phase: Phase;
  readonly message: string;
  readonly since: number;
  readonly updatedAt: number;
  readonly completedAt: number | null;
  /** Null while it is there. */
  readonly deletedAt: number | null;
  readonly pendingMs: number;
  readonly runningMs: number;
}

const PENDING: readonly Phase[] = ['Creating', 'Pending', 'Resuming'];
const RUNNING: readonly Phase[] = ['Running', 'Degraded', 'Updating'];

/** The phases a workload has been in up to now, each once as long as it lasted. */
export function phasesUntil(
  workload: Workload,
  asOfMs: number,
): readonly { readonly phase: Phase; readonly message: string; readonly at: number }[] {
  const { deletionRequestedAt } = workload;
  const until = Math.min(asOfMs, workload.deletedAt ?? asOfMs, deletionRequestedAt ?? asOfMs);
  const phases: { phase: Phase; message: string; at: number }[] = [];
  for (const entry of workload.fold.entries) {
    if (entry.at > until && phases.length > 0) break;
    const last = phases.at(-1);
    if (last?.phase === entry.phase) last.message = entry.message;
    else phases.push({ ...entry });
  }
  if (deletionRequestedAt !== null && deletionRequestedAt <= asOfMs && phases.at(-1)?.phase !== 'Deleting') {
    phases.push({ phase: 'Deleting', message: '', at: deletionRequestedAt });
  }
  return phases;
}

export function standingOf(workload: Workload, { asOfMs }: Pick<Scope, 'asOfMs'>): Standing {
  const phases = phasesUntil(workload, asOfMs);
  const now = phases.at(-1) ?? { phase: 'Creating' as const, message: '', at: workload.createdAt };
  const deletedAt = workload.deletedAt !== null && workload.deletedAt <= asOfMs ? workload.deletedAt : null;
  const end = deletedAt ?? asOfMs;
  const spent = (wanted: readonly Phase[]): number =>
    phases.reduce((sum, { phase, at }, index) => {
      const until = phases[index + 1]?.at ?? end;
      return wanted.includes(phase) ? sum + Math.max(0, until - at) : sum;
    }, 0);
  const finish = phases.findLast(({ phase }) => phase === 'Completed' || phase === 'Failed');
  const lastEvent = workload.fold.eventTimes.findLast((at) => at <= end) ?? workload.createdAt;
  return {
    phase: now.phase,
    message: now.message,
    since: now.at,
    updatedAt: deletedAt ?? Math.max(now.at, lastEvent),
    completedAt: finish?.at ?? null,
    deletedAt,
    pendingMs: spent(PENDING),
    runningMs: spent(RUNNING),
  };
}

/** Whether it is still there, and nothing has taken it away yet. */
export function isLive(workload: Workload, atMs: number): boolean {
  return workload.deletedAt === null || workload.deletedAt > atMs;
}
