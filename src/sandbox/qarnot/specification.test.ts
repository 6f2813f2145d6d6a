/**
 * Facts of the published OpenAPI document (3.0.3, seen in a copy of February 2026), restated: which fields the main answers
 * have and of which type. The document lacks what is newer than it; those fields are allowed beside these.
 */
import { describe, expect, it } from 'vitest';
import { startClient } from '../../../test/support/qarnot-client.ts';

// s text, n number, i integer, b boolean, d date, t TimeSpan, a array, o object; a question mark allows null.
const SUMMARY = `
  uuid:s name:s shortname:s profile:s poolUuid:s? jobUuid:s? progress:n runningInstanceCount:i runningCoreCount:i
  clusterInfo:o executionTime:t wallTime:t state:s previousState:s? totalInstanceCount:i instanceCount:i
  maxRetriesPerInstance:i advancedRanges:s? stateTransitionTime:d previousStateTransitionTime:d lastModified:d
  creationDate:d endDate:d waitForPoolResourcesSynchronization:b?`;
const TASK = `${SUMMARY}
  errors:a resourceBuckets:a advancedResourceBuckets:a resultBucket:s? resultsCacheTTLSec:i? completedInstances:a status:o
  snapshotInterval:i resultsCount:i constants:a secretsAccessRights:o tags:a snapshotWhitelist:s? snapshotBlacklist:s?
  snapshotBucket:s? snapshotBucketPrefix:s? resultsWhitelist:s? resultsBlacklist:s? resultsBucketPrefix:s?
  uploadResultsOnCancellation:b? dependencies:o? autoDeleteOnCompletion:b completionTimeToLive:t hardwareConstraints:a
  labels:o schedulingType:s targetedReservedMachineKey:s? privileges:o retrySettings:o`;
const POOL_SUMMARY = `
  uuid:s name:s shortname:s profile:s state:s previousState:s? instanceCount:i targetRunningInstanceCount:i
  stateTransitionTime:d previousStateTransitionTime:d creationDate:d lastModified:d endDate:d runningInstanceCount:i
  runningCoreCount:i queuedOrRunningTaskInstancesCount:i executionTime:t wallTime:t
  taskDefaultWaitForPoolResourcesSynchronization:b?`;
const POOL = `${POOL_SUMMARY}
  errors:a elasticProperty:o scaling:o? preparationTask:o? constants:a secretsAccessRights:o tags:a resourceBuckets:a
  advancedResourceBuckets:a status:o totalSlotCapacity:i poolUsage:n hardwareConstraints:a schedulingType:s
  targetedReservedMachineKey:s? autoDeleteOnCompletion:b completionTimeToLive:t labels:o privileges:o
  defaultRetrySettings:o`;
const JOB = `
  uuid:s name:s shortname:s poolUuid:s? state:s previousState:s? useDependencies:b stateTransitionTime:d
  previousStateTransitionTime:d creationDate:d lastModified:d maxWallTime:t? tags:a autoDeleteOnCompletion:b
  completionTimeToLive:t`;
const STATUS = `
  timestamp:d lastUpdateTimestamp:d downloadProgress:n executionProgress:n uploadProgress:n instanceCount:i downloadTime:t
  downloadTimeSec:n environmentTime:t environmentTimeSec:n executionTime:t executionTimeSec:n executionTimeByCpuModel:a
  executionTimeByMachineSpecification:a executionTimeBySiteAndMachine:a executionTimeByInstanceId:a
  executionTimeGhzByCpuModel:a uploadTime:t uploadTimeSec:n wallTime:t wallTimeSec:n succeededRange:s executedRange:s
  failedRange:s cancelledRange:s failedOnlyRange:s startedOnceRange:s runningInstancesInfo:o`;
const RUNNING = `
  activeForwards:a vpnConnections:a phase:s instanceId:i maxFrequencyGHz:n currentFrequencyGHz:n cpuUsage:n maxMemoryMB:i
  currentMemoryMB:i memoryUsage:n networkInKbps:n networkOutKbps:n progress:n executionTimeSec:n executionTimeGHz:n
  specificationKey:s cpuModel:s coreCount:i executionAttemptCount:i clockRatio:n`;
const COMPLETED = `
  results:a? instanceId:i wallTimeSec:n execTimeSec:n execTimeSecGHz:n peakMemoryMB:i state:s error:o? specificationKey:s
  cpuModel:s coreCount:i clockRatio:n averageGHz:n executionAttemptCount:i`;
const USER = `
  email:s maxBucket:i maxTask:i taskCount:i maxJob:i jobCount:i maxPool:i poolCount:i maxRunningTask:i maxRunningPool:i
  runningTaskCount:i runningPoolCount:i runningInstanceCount:i runningCoreCount:i maxInstances:i maxCores:i
  maxFlexInstances:i maxFlexCores:i maxOnDemandInstances:i maxOnDemandCores:i computingQuotas:o quotaBytes:i
  quotaBytesBucket:i usedQuotaBytesBucket:i usedQuotaBytes:i defaultScheduling:s defaultReservedSpecificationKey:s`;

const isText = (value: unknown): value is string => typeof value === 'string';
const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  s: isText,
  n: (value) => typeof value === 'number' && Number.isFinite(value),
  i: (value) => Number.isInteger(value),
  b: (value) => typeof value === 'boolean',
  d: (value) => isText(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value),
  t: (value) => isText(value) && /^(?:\d+\.)?\d\d:\d\d:\d\d$/.test(value),
  a: Array.isArray,
  o: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

type Row = Readonly<Record<string, unknown>>;

/** What of `row` is not as the shape says. */
function faults(row: Row, shape: string): string[] {
  return shape
    .trim()
    .split(/\s+/)
    .filter((entry) => {
      const [, key = '', type = '', nullable = ''] = /^(\w+):(\w)(\??)$/.exec(entry) ?? [];
      const value = row[key];
      return !(nullable === '?' && value === null) && CHECKS[type]?.(value) !== true;
    });
}

/** What of these rows is not as the shape says; having no row is a fault, too. */
function faultsOf(rows: readonly Row[], shape: string): string[] {
  return rows.length === 0 ? ['no rows'] : rows.flatMap((row) => faults(row, shape));
}

describe('answers have the shapes of the specification', () => {
  it('tasks, their status and their instances', async () => {
    const client = await startClient({ jobs: 120 });
    const tasks = await client.get<Row[]>('/tasks');
    expect(faultsOf(tasks, TASK)).toEqual([]);
    const statuses = tasks.map((task) => task['status'] as Row);
    expect(faultsOf(statuses, STATUS)).toEqual([]);
    const running = statuses.flatMap(
      (status) => (status['runningInstancesInfo'] as Row)['perRunningInstanceInfo'] as Row[],
    );
    expect(faultsOf(running, RUNNING)).toEqual([]);
    const phases = ['download', 'dispatch', 'environment', 'execution', 'shutdown', 'upload'];
    expect(running.filter(({ phase }) => !phases.includes(String(phase)))).toEqual([]);
    const completed = tasks.flatMap((task) => task['completedInstances'] as Row[]);
    expect(faultsOf(completed, COMPLETED)).toEqual([]);
    const forbidden = tasks.filter(
      (task) => 'forcedNetworkRules' in task && task['forcedNetworkRules'] === null,
    );
    expect(forbidden).toEqual([]);
  });

  it('summaries, which have neither tags, labels, errors nor a status', async () => {
    const client = await startClient({ jobs: 30 });
    const rows = await client.get<Row[]>('/tasks/summaries');
    expect(faultsOf(rows, SUMMARY)).toEqual([]);
    expect(rows.filter((row) => ['tags', 'labels', 'errors', 'status'].some((key) => key in row))).toEqual(
      [],
    );
    expect(faultsOf(await client.get<Row[]>('/pools/summaries'), POOL_SUMMARY)).toEqual([]);
  });

  it('pools, jobs and the account', async () => {
    const client = await startClient({ jobs: 60 });
    const pools = await client.get<Row[]>('/pools');
    expect(faultsOf(pools, POOL)).toEqual([]);
    const statuses = pools.map((pool) => pool['status'] as Row);
    expect(faultsOf(statuses, STATUS)).toEqual([]);
    expect(faultsOf(await client.get<Row[]>('/jobs'), JOB)).toEqual([]);
    expect(faultsOf([await client.get<Row>('/info')], USER)).toEqual([]);
  });

  it('every state is a documented one', async () => {
    const client = await startClient({ jobs: 200 });
    const known = [
      'Submitted', 'PartiallyDispatched', 'FullyDispatched', 'PartiallyExecuting', 'FullyExecuting',
      'UploadingResults', 'Success', 'Failure', 'Cancelled', 'PendingCancel', 'PendingDelete',
    ]; // prettier-ignore
    const rows = await client.get<{ state: string; previousState: string | null }[]>('/tasks/summaries');
    const words = rows.flatMap(({ state, previousState }) => [state, previousState ?? 'Submitted']);
    expect(words.filter((word) => !known.includes(word))).toEqual([]);
    expect(new Set(rows.map(({ state }) => state)).size).toBeGreaterThan(3);
  });
});
