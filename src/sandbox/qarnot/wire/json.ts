/** JSON as it comes in and goes out. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArray(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value);
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function integer(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) ? value : null;
}

export function textList(value: unknown): string[] {
  return isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

// Every key of a request that this emulator reads or echoes, as responses spell it.
const KEYS = `
  access activeOnly advancedDependsOn advancedRanges advancedResourceBuckets applicationType autoDeleteOnCompletion
  blacklist bucket bucketName bucketPrefix byPrefix bySecret cacheTTLSec commandLine completionTimeToLive
  constantName constants constraints coreCount cpuModel days defaultResourcesCacheTTLSec defaultRetrySettings dependencies
  dependsOn description discriminator elasticProperty enabledPeriods endTimeUtc
  exportApiAndStorageCredentialsInEnvironment field fields filter filtering filters forceExportInEnvironment
  forcedConstants forcedNetworkRules forcedValue forwarder hardwareConstraints inbound instanceCount interval isElastic
  jobUuid key labels maxPerInstanceRetries maxRetriesPerInstance maxTimeQueueSeconds maxTotalRetries maxTotalSlots
  maxWallTime maximumMemoryGBCoreRatio maximumMemoryMB maximumResults minIdleSlots minIdleTimeSeconds minTotalSlots
  minimumMemoryGBCoreRatio minimumMemoryMB multiSlotsSettings name operator orderBy orderType policies poolUuid port prefix
  prefixFiltering preparationTask priority privileges profile projectUuid proto publicHost publicPort rampResizeFactor
  resizePeriod resourceBuckets resourcesTransformation resultBucket resultsBlacklist resultsBucket resultsBucketPrefix
  resultsCacheTTLSec resultsWhitelist retrySettings scaling scalingFactor schedulingType secretsAccessRights select
  shortname slotsCount slotsPerNode snapshotBlacklist snapshotBucket snapshotBucketPrefix snapshotInterval
  snapshotWhitelist specificationKey startTimeUtc state stripPrefix tags targetedReservationName
  targetedReservedMachineKey taskDefaultWaitForPoolResourcesSynchronization taskFinalStateCondition taskUuid to toPayload
  toQBox token type uploadResultsOnCancellation useDependencies value values waitForPoolResourcesSynchronization whitelist
`
  .trim()
  .split(/\s+/);
const SPELLING = new Map(KEYS.map((key) => [key.toLowerCase(), key]));

function spelled(key: string): string {
  return SPELLING.get(key.toLowerCase()) ?? key;
}

/**
 * A request body with every known key in its response spelling. The official clients disagree (Python sends camelCase,
 * C# PascalCase), so the service must take any case. What is inside `labels` is the user's and stays as it is.
 */
export function canonicalKeys(value: JsonValue): JsonValue {
  if (isArray(value)) return value.map(canonicalKeys);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => {
    const name = spelled(key);
    return [name, name === 'labels' || item === undefined ? item : canonicalKeys(item)] as const;
  });
  return Object.fromEntries(entries);
}
