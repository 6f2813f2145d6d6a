import type { Installation } from '../store/installation.ts';
import type { JsonObject, JsonValue } from '../wire/json.ts';
import { integer, isObject } from '../wire/json.ts';
import { refusal } from '../wire/replies.ts';
import type { Task } from './facts.ts';
import { amend } from './facts.ts';
import { snapshotConfig, snapshotId } from './snapshots.ts';
import { isFinal, taskStates } from './states.ts';

const FILTERS = {
  whitelist: 'snapshotWhitelist',
  blacklist: 'snapshotBlacklist',
  bucket: 'snapshotBucket',
  bucketPrefix: 'snapshotBucketPrefix',
} as const;

/** Shorter intervals are raised to this; the service says it clamps, not to what. */
const MIN_INTERVAL_SECONDS = 10;

function refuseWhenEnded({ job, facts }: Task): void {
  const { state } = taskStates(job, facts).current;
  if (isFinal(state)) throw refusal(400, `The task is already in a final state: ${facts.uuid} (${state})`);
}

/** Starts one snapshot and returns its id, as the service has done since 2026. */
export function takeSnapshot(installation: Installation, task: Task, body: JsonObject, now: number): string {
  refuseWhenEnded(task);
  const { facts } = task;
  const id = snapshotId(facts.uuid, now);
  const request = { id, at: now, config: snapshotConfig(body, facts.fields) };
  // A second request within the same second is the same snapshot.
  const others = facts.snapshots.filter((snapshot) => snapshot.id !== id);
  amend(installation, task, { snapshots: [...others, request] });
  return id;
}

/** Sets how often the running task is snapshotted; 0 stops it. New filters replace the old ones. */
export function setSnapshotInterval(
  installation: Installation,
  task: Task,
  body: JsonValue,
  now: number,
): void {
  const request = isObject(body) ? body : {};
  const interval = integer(request['interval']);
  if (interval === null || interval < 0) throw refusal(400, 'Invalid snapshot configuration: interval');
  refuseWhenEnded(task);
  const filters = Object.entries(FILTERS).flatMap(([key, field]) => {
    const value = request[key];
    return value === undefined || value === null ? [] : [[field, value] as const];
  });
  const snapshotInterval = interval === 0 ? 0 : Math.max(MIN_INTERVAL_SECONDS, interval);
  const fields = { ...task.facts.fields, ...Object.fromEntries(filters), snapshotInterval };
  amend(installation, task, { fields, changedAt: now });
}
