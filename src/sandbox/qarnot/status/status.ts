import type { JsonObject } from '../wire/json.ts';
import { rangeText, rounded, timeSpan } from '../wire/scalars.ts';
import type { Hardware, Part, PartPhase } from './part.ts';
import { isEnded, isRunning } from './part.ts';
import { gigahertzSeconds, runningInstancesInfo } from './running.ts';

export interface StatusInput {
  readonly parts: readonly Part[];
  /** From creation to the end or to now, in milliseconds. */
  readonly wallMs: number;
  /** As on the wire. */
  readonly timestamp: string;
  readonly lastUpdateTimestamp: string;
  readonly siteUuid: string;
}

type Ran = { readonly part: Part; readonly hardware: Hardware };

function sumBy(ran: readonly Ran[], keyOf: (hardware: Hardware) => string, valueOf: (ran: Ran) => number) {
  const sums = new Map<string, { readonly hardware: Hardware; value: number }>();
  for (const item of ran) {
    const key = keyOf(item.hardware);
    const entry = sums.get(key) ?? { hardware: item.hardware, value: 0 };
    sums.set(key, { hardware: entry.hardware, value: entry.value + valueOf(item) });
  }
  return [...sums.values()].map(({ hardware, value }) => ({ hardware, value: rounded(value) }));
}

const seconds = ({ part }: Ran): number => part.executionMs / 1000;
const byModel = (hardware: Hardware): string => `${hardware.cpuModel}/${String(hardware.coreCount)}`;
const bySpecification = (hardware: Hardware): string => hardware.specificationKey;

/** The time tables; always arrays, since the Python SDK crashes on a null in two of them. */
function timeTables(ran: readonly Ran[], siteUuid: string): JsonObject {
  const times = sumBy(ran, byModel, seconds);
  const weighed = sumBy(ran, byModel, ({ part, hardware }) => gigahertzSeconds(part, hardware));
  const specifications = sumBy(ran, bySpecification, seconds);
  return {
    executionTimeByCpuModel: times.map(({ hardware, value }) => ({
      model: hardware.cpuModel,
      time: value,
      core: hardware.coreCount,
    })),
    executionTimeGhzByCpuModel: weighed.map(({ hardware, value }) => ({
      model: hardware.cpuModel,
      timeGhz: value,
      clockRatio: hardware.clockRatio,
      core: hardware.coreCount,
    })),
    executionTimeByMachineSpecification: specifications.map(({ hardware, value }) => ({
      specificationKey: hardware.specificationKey,
      time: value,
    })),
    executionTimeBySiteAndMachine: specifications.map(({ hardware, value }) => ({
      siteUuid,
      specificationKey: hardware.specificationKey,
      time: value,
    })),
    executionTimeByInstanceId: ran.map(({ part, hardware }) => ({
      instanceId: part.instanceId,
      specificationKey: hardware.specificationKey,
      siteUuid,
      time: rounded(part.executionMs / 1000),
      timeGhz: gigahertzSeconds(part, hardware),
      clockRatio: hardware.clockRatio,
    })),
  };
}

function ranges(parts: readonly Part[]): JsonObject {
  const inPhases = (...phases: readonly PartPhase[]): string =>
    rangeText(parts.filter(({ phase }) => phases.includes(phase)).map(({ instanceId }) => instanceId));
  return {
    succeededRange: inPhases('success'),
    executedRange: inPhases('success', 'failure'),
    failedRange: inPhases('failure', 'cancelled'),
    cancelledRange: inPhases('cancelled'),
    failedOnlyRange: inPhases('failure'),
    startedOnceRange: rangeText(
      parts.filter(({ startedOnce }) => startedOnce).map(({ instanceId }) => instanceId),
    ),
  };
}

/** A duration twice: as a TimeSpan and in seconds. */
function duration(name: string, ms: number): JsonObject {
  return { [name]: timeSpan(ms), [`${name}Sec`]: rounded(ms / 1000) };
}

/** The share of instances that are past a phase, 0 to 100. */
function share(parts: readonly Part[], past: (part: Part) => number): number {
  const total = parts.reduce((sum, part) => sum + past(part), 0);
  return parts.length === 0 ? 0 : Math.round((total / parts.length) * 10_000) / 100;
}

/** The `status` object of a task or of a pool. */
export function statusOf(input: StatusInput): JsonObject {
  const { parts } = input;
  const ran = parts.flatMap((part) =>
    part.hardware !== null && part.startedOnce ? [{ part, hardware: part.hardware }] : [],
  );
  const total = (pick: (part: Part) => number): number => parts.reduce((sum, part) => sum + pick(part), 0);
  return {
    timestamp: input.timestamp,
    lastUpdateTimestamp: input.lastUpdateTimestamp,
    downloadProgress: share(parts, (part) => (part.startedOnce ? 1 : part.preparation)),
    executionProgress: share(parts, (part) => part.progress / 100),
    uploadProgress: share(parts, (part) => (isEnded(part.phase) ? 1 : 0)),
    instanceCount: parts.filter(({ phase }) => isRunning(phase)).length,
    ...duration(
      'downloadTime',
      total((part) => part.downloadMs),
    ),
    ...duration(
      'environmentTime',
      total((part) => part.environmentMs),
    ),
    ...duration(
      'executionTime',
      total((part) => part.executionMs),
    ),
    ...duration(
      'uploadTime',
      total((part) => part.uploadMs),
    ),
    ...duration('wallTime', input.wallMs),
    ...timeTables(ran, input.siteUuid),
    ...ranges(parts),
    runningInstancesInfo: runningInstancesInfo(parts, input.timestamp),
  };
}
