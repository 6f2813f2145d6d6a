import type { SnapshotRequest } from '../store/ledger.ts';
import type { JsonObject } from '../wire/json.ts';

/** How long an upload takes here, from the request on, in milliseconds. */
const STARTS_AFTER_MS = 1000;
const TAKES_MS = 5000;
const SIZE_BYTES = 4_194_304;

/** `snap_<uuid>_<yyyyMMddHHmmss>`, as the newest SDKs show it. */
export function snapshotId(taskUuid: string, at: number): string {
  return `snap_${taskUuid}_${new Date(at).toISOString().replaceAll(/\D/g, '').slice(0, 14)}`;
}

/** The filters of a request, or the task's defaults where it has none. */
export function snapshotConfig(body: JsonObject, fields: JsonObject): JsonObject {
  return {
    whitelist: body['whitelist'] ?? fields['snapshotWhitelist'] ?? null,
    blacklist: body['blacklist'] ?? fields['snapshotBlacklist'] ?? null,
    bucket: body['bucket'] ?? fields['snapshotBucket'] ?? fields['resultBucket'] ?? null,
    bucketPrefix: body['bucketPrefix'] ?? fields['snapshotBucketPrefix'] ?? null,
  };
}

/** How far a snapshot is, by the clock. */
export function snapshotView(
  taskUuid: string,
  snapshot: SnapshotRequest,
  now: number,
  date: (ms: number) => string,
): JsonObject {
  const elapsedMs = now - snapshot.at;
  const done = elapsedMs >= TAKES_MS;
  const started = elapsedMs >= STARTS_AFTER_MS;
  const share = Math.min(1, Math.max(0, elapsedMs - STARTS_AFTER_MS) / (TAKES_MS - STARTS_AFTER_MS));
  return {
    id: snapshot.id,
    taskUuid,
    triggerDate: date(snapshot.at),
    lastUpdateDate: started ? date(Math.min(now, snapshot.at + TAKES_MS)) : null,
    snapshotConfig: snapshot.config,
    status: done ? 'success' : started ? 'inProgress' : 'triggered',
    sizeToUpload: started ? SIZE_BYTES : null,
    transferredSize: started ? Math.floor(SIZE_BYTES * share) : null,
  };
}

export function finishedSnapshots(snapshots: readonly SnapshotRequest[], now: number): number {
  return snapshots.filter(({ at }) => now - at >= TAKES_MS).length;
}
