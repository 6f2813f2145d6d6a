import type { Row } from '../listing/rows.ts';
import { once } from '../listing/rows.ts';
import { uuidOf } from '../store/identity.ts';
import type { Installation, Moment } from '../store/installation.ts';
import { dates } from '../store/installation.ts';
import type { PoolFacts } from '../store/ledger.ts';
import type { Part } from '../status/part.ts';
import { isRunning } from '../status/part.ts';
import { statusOf } from '../status/status.ts';
import type { EchoedFields } from '../tasks/echo.ts';
import { echoed } from '../tasks/echo.ts';
import type { JsonObject } from '../wire/json.ts';
import { isObject, text } from '../wire/json.ts';
import { timeSpan, UNSET_DATE } from '../wire/scalars.ts';
import { scalingView } from './scaling.ts';
import type { PoolLoad } from './slots.ts';
import { loadOf, slotsOf, slotsPerNode, targetOf } from './slots.ts';
import type { PoolStates } from './states.ts';
import { poolState } from './states.ts';

interface Seen {
  readonly slots: readonly Part[];
  readonly load: PoolLoad;
  readonly target: number;
  readonly states: PoolStates;
  readonly modifiedAt: number;
  readonly endedAt: number | null;
  readonly wallMs: number;
}

function look(installation: Installation, pool: PoolFacts, now: number): Seen {
  const states = poolState(installation, pool, now);
  const endedAt = states.current.state === 'Closed' ? states.current.since : null;
  const load = loadOf(installation, pool, now);
  const target = endedAt === null ? targetOf(pool, load, now) : 0;
  return {
    slots: endedAt === null ? slotsOf(installation, pool, target, now) : [],
    load,
    target,
    states,
    modifiedAt: Math.max(states.current.since, pool.changedAt ?? 0),
    endedAt,
    wallMs: (endedAt ?? now) - pool.createdAt,
  };
}

function summary(pool: PoolFacts, seen: Seen, date: (ms: number | null) => string): JsonObject {
  const { current, previous } = seen.states;
  const running = seen.slots.filter(({ phase }) => isRunning(phase));
  return {
    uuid: pool.uuid,
    name: text(pool.fields['name']),
    shortname: pool.shortname,
    profile: text(pool.fields['profile']),
    state: current.state,
    previousState: previous?.state ?? null,
    instanceCount: Number(pool.fields['instanceCount'] ?? 0),
    targetRunningInstanceCount: seen.target,
    stateTransitionTime: date(current.since),
    previousStateTransitionTime: previous === null ? UNSET_DATE : date(previous.since),
    creationDate: date(pool.createdAt),
    lastModified: date(seen.modifiedAt),
    endDate: date(seen.endedAt),
    runningInstanceCount: running.length,
    runningCoreCount: running.reduce((sum, { hardware }) => sum + (hardware?.coreCount ?? 0), 0),
    queuedOrRunningTaskInstancesCount: seen.load.queuedOrRunning,
    executionTime: timeSpan(seen.slots.reduce((sum, { executionMs }) => sum + executionMs, 0)),
    wallTime: timeSpan(seen.wallMs),
    taskDefaultWaitForPoolResourcesSynchronization:
      pool.fields['taskDefaultWaitForPoolResourcesSynchronization'] ?? null,
  };
}

const ECHOED: EchoedFields = {
  nullable: [
    'targetedReservedMachineKey', 'targetedReservationName', 'defaultResourcesCacheTTLSec', 'maxTimeQueueSeconds',
    'preparationTask',
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
    defaultRetrySettings: { maxTotalRetries: 0, maxPerInstanceRetries: 0 },
  },
};

const RIGID = {
  isElastic: false,
  minTotalSlots: 0,
  maxTotalSlots: 0,
  minIdleSlots: 0,
  resizePeriod: 90,
  rampResizeFactor: 0.4,
  minIdleTimeSeconds: 90,
};

function full(installation: Installation, pool: PoolFacts, seen: Seen, moment: Moment): JsonObject {
  const { fields } = pool;
  const date = dates(moment);
  const capacity = seen.slots.length * slotsPerNode(pool);
  const elastic = isObject(fields['elasticProperty']) ? fields['elasticProperty'] : {};
  const given = Object.entries(elastic).filter(([, value]) => value !== null);
  return {
    ...summary(pool, seen, date),
    ...echoed(fields, ECHOED),
    projectUuid: pool.projectUuid,
    errors: [],
    elasticProperty: { ...RIGID, ...Object.fromEntries(given) },
    scaling: scalingView(fields['scaling'], moment.now),
    multiSlotsSettings: { slotsPerNode: slotsPerNode(pool) },
    totalSlotCapacity: capacity,
    poolUsage: capacity === 0 ? 0 : Math.min(1, Math.round((seen.load.running / capacity) * 1000) / 1000),
    status: statusOf({
      parts: seen.slots,
      wallMs: seen.wallMs,
      timestamp: date(moment.now),
      lastUpdateTimestamp: date(seen.modifiedAt),
      siteUuid: uuidOf(installation.site.name),
    }),
  };
}

/** A pool as lists take it; nothing is rendered before it is needed, and nothing twice. */
export function poolRow(installation: Installation, pool: PoolFacts, moment: Moment): Row {
  const date = dates(moment);
  const seen = once(() => look(installation, pool, moment.now));
  const whole = once(() => full(installation, pool, seen(), moment));
  return {
    uuid: pool.uuid,
    creationDate: date(pool.createdAt),
    summary: once(() => summary(pool, seen(), date)),
    filterable: whole,
    full: whole,
  };
}
