import type { JsonObject } from '../wire/json.ts';
import { rounded } from '../wire/scalars.ts';
import type { Hardware, Part } from './part.ts';
import { isPlaced } from './part.ts';

/** The wire's word for what a placed instance is doing. */
function phaseWord(part: Part): string {
  if (part.phase === 'executing') return 'execution';
  if (part.phase === 'uploading') return 'upload';
  return part.preparation < 0.2 ? 'dispatch' : part.preparation < 0.7 ? 'download' : 'environment';
}

function measured(part: Part, hardware: Hardware) {
  const busy = part.phase === 'executing' ? 0.35 + part.flavour * 0.6 : 0.05;
  return {
    cpuUsage: rounded(busy),
    frequencyGHz: rounded(hardware.maxFrequencyGHz * (0.7 + busy * 0.3)),
    memoryUsage: rounded(part.phase === 'executing' ? 0.1 + part.flavour * 0.7 : 0.02),
    networkInKbps: part.phase === 'dispatched' ? Math.round(2000 + part.flavour * 8000) : 0,
    networkOutKbps: part.phase === 'uploading' ? Math.round(1000 + part.flavour * 4000) : 0,
  };
}

/** Seconds of computing, weighed with the clock: how the API compares unlike machines. */
export function gigahertzSeconds(part: Part, hardware: Hardware): number {
  return rounded((part.executionMs / 1000) * hardware.maxFrequencyGHz * 0.95);
}

function instanceInfo(part: Part, hardware: Hardware): JsonObject {
  const now = measured(part, hardware);
  return {
    instanceId: part.instanceId,
    phase: phaseWord(part),
    progress: part.progress,
    executionTimeSec: rounded(part.executionMs / 1000),
    executionTimeGHz: gigahertzSeconds(part, hardware),
    cpuModel: hardware.cpuModel,
    coreCount: hardware.coreCount,
    specificationKey: hardware.specificationKey,
    clockRatio: hardware.clockRatio,
    executionAttemptCount: part.attempt,
    maxFrequencyGHz: hardware.maxFrequencyGHz,
    currentFrequencyGHz: now.frequencyGHz,
    cpuUsage: now.cpuUsage,
    maxMemoryMB: hardware.memoryMB,
    currentMemoryMB: Math.round(hardware.memoryMB * now.memoryUsage),
    memoryUsage: now.memoryUsage,
    networkInKbps: now.networkInKbps,
    networkOutKbps: now.networkOutKbps,
    // Arrays, never null: the Python SDK walks both without looking.
    activeForwards: [],
    vpnConnections: [],
  };
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : rounded(sum(values) / values.length);
}

function sum(values: readonly number[]): number {
  return rounded(values.reduce((total, value) => total + value, 0));
}

/** `status.runningInstancesInfo` over the instances that have a machine now. */
export function runningInstancesInfo(parts: readonly Part[], timestamp: string): JsonObject {
  const placed = parts.flatMap((part) =>
    part.hardware !== null && isPlaced(part.phase) ? [{ part, hardware: part.hardware }] : [],
  );
  const measures = placed.map(({ part, hardware }) => measured(part, hardware));
  const frequencies = measures.map(({ frequencyGHz }) => frequencyGHz);
  const maxima = placed.map(({ hardware }) => hardware.maxFrequencyGHz);
  const byModel = new Map<string, { model: string; core: number; runningCorecount: number }>();
  for (const { hardware } of placed) {
    const key = `${hardware.cpuModel}/${String(hardware.coreCount)}`;
    const seen = byModel.get(key)?.runningCorecount ?? 0;
    byModel.set(key, {
      model: hardware.cpuModel,
      core: hardware.coreCount,
      runningCorecount: seen + hardware.coreCount,
    });
  }
  const received = measures.map(({ networkInKbps }) => networkInKbps);
  const sent = measures.map(({ networkOutKbps }) => networkOutKbps);
  return {
    timestamp,
    averageFrequencyGHz: average(frequencies),
    maxFrequencyGHz: frequencies.length === 0 ? 0 : Math.max(...frequencies),
    minFrequencyGHz: frequencies.length === 0 ? 0 : Math.min(...frequencies),
    averageMaxFrequencyGHz: average(maxima),
    averageCpuUsage: average(measures.map(({ cpuUsage }) => cpuUsage)),
    clusterPowerIndicator: 1,
    averageMemoryUsage: average(measures.map(({ memoryUsage }) => memoryUsage)),
    averageNetworkInKbps: average(received),
    averageNetworkOutKbps: average(sent),
    totalNetworkInKbps: sum(received),
    totalNetworkOutKbps: sum(sent),
    runningCoreCountByCpuModel: [...byModel.values()],
    snapshotResults: [],
    perRunningInstanceInfo: placed.map(({ part, hardware }) => instanceInfo(part, hardware)),
  };
}
