import type { Installation, Moment } from '../store/installation.ts';
import { dates } from '../store/installation.ts';
import type { JsonObject } from '../wire/json.ts';
import { text } from '../wire/json.ts';
import { timeSpan, UNSET_DATE } from '../wire/scalars.ts';
import { isRunning } from '../status/part.ts';
import { statusOf } from '../status/status.ts';
import { uuidOf } from '../store/identity.ts';
import type { Row } from '../listing/rows.ts';
import { once } from '../listing/rows.ts';
import type { TaskFacts } from '../store/ledger.ts';
import { completedInstances, taskErrors } from './completed.ts';
import type { EchoedFields } from './echo.ts';
import { echoed } from './echo.ts';
import { dependenciesOf } from './dependencies.ts';
import type { Task } from './facts.ts';
import type { InstancePart } from './parts.ts';
import { partsOf } from './parts.ts';
import { finishedSnapshots } from './snapshots.ts';
import type { TaskStates } from './states.ts';
import { isFinal, taskStates } from './states.ts';

/** What the fields of one task are computed from, once. */
interface Seen {
  readonly task: Task;
  readonly parts: readonly InstancePart[];
  readonly states: TaskStates;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly wallMs: number;
}

function look(installation: Installation, task: Task, { now }: Moment): Seen {
  const { job, facts } = task;
  const parts = partsOf(installation.site, job, facts, now);
  const states = taskStates(job, facts);
  const createdAt = facts.createdAt ?? job.createdAt;
  const ended = isFinal(states.current.state) ? states.current.since : null;
  // Moves with changes, not with progress: which of the two the service does is unverified.
  const modifiedAt = job.executions.reduce(
    (latest, { stateSince }) => Math.max(latest, stateSince),
    Math.max(states.current.since, facts.changedAt ?? 0, Math.min(job.modifiedAt, now)),
  );
  return { task, parts, states, createdAt, modifiedAt, wallMs: (ended ?? now) - createdAt };
}

function progressOf(parts: readonly InstancePart[]): number {
  const total = parts.reduce((sum, { phase, progress }) => sum + (phase === 'failure' ? 100 : progress), 0);
  return parts.length === 0 ? 0 : Math.round((total / parts.length) * 100) / 100;
}

function summary(seen: Seen, date: (ms: number | null) => string): JsonObject {
  const { task, parts, states } = seen;
  const { facts, job } = task;
  const { fields } = facts;
  const running = parts.filter(({ phase }) => isRunning(phase));
  const cores = (list: readonly InstancePart[]): number =>
    list.reduce((sum, { hardware }) => sum + (hardware?.coreCount ?? 0), 0);
  const advancedRanges = text(fields['advancedRanges']);
  const executionMs = parts.reduce((sum, part) => sum + part.executionMs, 0);
  return {
    uuid: facts.uuid,
    name: text(fields['name']),
    shortname: facts.shortname,
    profile: text(fields['profile']),
    poolUuid: facts.poolUuid,
    jobUuid: facts.jobUuid,
    progress: progressOf(parts),
    runningInstanceCount: running.length,
    runningCoreCount: cores(running),
    clusterInfo: { clusterCoresCount: cores(running) },
    executionTime: timeSpan(executionMs),
    wallTime: timeSpan(seen.wallMs),
    state: states.current.state,
    previousState: states.previous?.state ?? null,
    totalInstanceCount: facts.instanceIds.length,
    // Explicit ids win over a count, which then reads back as 0.
    instanceCount: advancedRanges === null ? facts.instanceIds.length : 0,
    maxRetriesPerInstance: job.maxRetries,
    advancedRanges,
    stateTransitionTime: date(states.current.since),
    previousStateTransitionTime: states.previous === null ? UNSET_DATE : date(states.previous.since),
    lastModified: date(seen.modifiedAt),
    creationDate: date(seen.createdAt),
    endDate: date(isFinal(states.current.state) ? states.current.since : null),
    waitForPoolResourcesSynchronization: fields['waitForPoolResourcesSynchronization'] ?? null,
  };
}

const ECHOED: EchoedFields = {
  nullable: [
    'resultBucket', 'resultsCacheTTLSec', 'snapshotWhitelist', 'snapshotBlacklist', 'snapshotBucket',
    'snapshotBucketPrefix', 'resultsWhitelist', 'resultsBlacklist', 'resultsBucketPrefix',
    'uploadResultsOnCancellation', 'targetedReservedMachineKey', 'targetedReservationName',
    'defaultResourcesCacheTTLSec', 'maxTimeQueueSeconds',
  ], // prettier-ignore
  neverNull: {
    resourceBuckets: [],
    advancedResourceBuckets: [],
    tags: [],
    labels: {},
    hardwareConstraints: [],
    autoDeleteOnCompletion: false,
    completionTimeToLive: '00:00:00',
    privileges: { exportApiAndStorageCredentialsInEnvironment: false },
    retrySettings: { maxTotalRetries: 0, maxPerInstanceRetries: 0 },
  },
};

/** All but what is computed from every single instance: none of that can be filtered on. */
function filterable(installation: Installation, seen: Seen, moment: Moment): JsonObject {
  const { states } = seen;
  const { facts } = seen.task;
  const date = dates(moment);
  const uploaded =
    hasResults(facts) && isFinal(states.current.state) && states.current.state !== 'Cancelled' ? 1 : 0;
  return Object.assign({}, summary(seen, date), echoed(facts.fields, ECHOED), {
    projectUuid: facts.projectUuid,
    dependencies: dependenciesOf(installation, facts.fields['dependencies']),
    snapshotInterval: Number(facts.fields['snapshotInterval'] ?? 0),
    resultsCount: uploaded + finishedSnapshots(facts.snapshots, moment.now),
  });
}

function hasResults({ fields }: TaskFacts): boolean {
  return text(fields['resultBucket']) !== null;
}

function details(installation: Installation, seen: Seen, moment: Moment): JsonObject {
  const { task, parts } = seen;
  const { facts } = task;
  const date = dates(moment);
  return {
    errors: facts.failure === null ? taskErrors(parts) : [{ ...facts.failure, debug: null }],
    completedInstances: completedInstances(parts, hasResults(facts)),
    status: statusOf({
      parts,
      wallMs: seen.wallMs,
      timestamp: date(moment.now),
      lastUpdateTimestamp: date(seen.modifiedAt),
      siteUuid: uuidOf(installation.site.name),
    }),
  };
}

/** A task as lists take it; nothing is rendered before it is needed, and nothing twice. */
export function taskRow(installation: Installation, task: Task, moment: Moment): Row {
  const date = dates(moment);
  const seen = once(() => look(installation, task, moment));
  const searched = once(() => filterable(installation, seen(), moment));
  return {
    uuid: task.facts.uuid,
    creationDate: date(task.facts.createdAt ?? task.job.createdAt),
    summary: once(() => summary(seen(), date)),
    filterable: searched,
    full: once(() => ({ ...searched(), ...details(installation, seen(), moment) })),
  };
}
