/**
 * Which fields a filter may name. Taken from the attributes of the official C# SDK as the reference restates them: that is
 * a client's whitelist, so what the service itself accepts may differ. Being strict here keeps clients off the rest.
 */
const COMMON = [
  'uuid', 'shortname', 'name', 'state', 'previousState', 'stateTransitionTime', 'previousStateTransitionTime',
  'creationDate', 'lastModified', 'tags', 'poolUuid', 'autoDeleteOnCompletion', 'completionTimeToLive',
]; // prettier-ignore

const TASK_FIELDS = [
  ...COMMON,
  'profile', 'jobUuid', 'projectUuid', 'resultBucket', 'endDate', 'resultsCount', 'constants', 'labels', 'dependencies',
  'snapshotInterval', 'snapshotWhitelist', 'snapshotBlacklist', 'snapshotBucket', 'snapshotBucketPrefix',
  'resultsWhitelist', 'resultsBlacklist', 'resultsBucketPrefix', 'instanceCount', 'totalInstanceCount',
  'advancedRanges', 'runningInstanceCount', 'runningCoreCount', 'executionTime', 'wallTime', 'progress',
  'waitForPoolResourcesSynchronization', 'uploadResultsOnCancellation', 'maxTimeQueueSeconds',
]; // prettier-ignore

const POOL_FIELDS = [
  ...COMMON,
  'profile', 'projectUuid', 'endDate', 'constants', 'labels', 'elasticProperty', 'preparationTask', 'instanceCount',
  'targetRunningInstanceCount', 'runningInstanceCount', 'runningCoreCount', 'queuedOrRunningTaskInstancesCount',
  'totalSlotCapacity', 'poolUsage', 'executionTime', 'wallTime', 'taskDefaultWaitForPoolResourcesSynchronization',
  'maxTimeQueueSeconds',
]; // prettier-ignore

const JOB_FIELDS = [...COMMON, 'useDependencies', 'maxWallTime'];

export type ListedKind = 'task' | 'pool' | 'job';

const FILTERABLE: Record<ListedKind, ReadonlyMap<string, string>> = {
  task: byLowerCase(TASK_FIELDS),
  pool: byLowerCase(POOL_FIELDS),
  job: byLowerCase(JOB_FIELDS),
};

function byLowerCase(fields: readonly string[]): ReadonlyMap<string, string> {
  return new Map(fields.map((field) => [field.toLowerCase(), field]));
}

/** Whether a filter of this kind may name the field; only the part before the first dot is looked at, in any case. */
export function isFilterable(kind: ListedKind, field: string): boolean {
  return FILTERABLE[kind].has((field.split('.')[0] ?? '').toLowerCase());
}

// Words of the API's own vocabulary compare in any case, as all its enums do on input; users' texts compare exactly.
const VOCABULARY = new Set([
  'state',
  'previousstate',
  'uuid',
  'pooluuid',
  'jobuuid',
  'projectuuid',
  'dependencies.dependson',
]);

export function comparesInAnyCase(field: string): boolean {
  return VOCABULARY.has(field.toLowerCase());
}
