import type { SimExecution, SimOutcome } from '../../world/types.ts';
import type { JsonObject } from '../wire/json.ts';
import { rounded } from '../wire/scalars.ts';
import type { InstancePart } from './parts.ts';
import { isEnded } from '../status/part.ts';
import { gigahertzSeconds } from '../status/running.ts';

// The API documents {code, message, debug} and no vocabulary of codes: these are this emulator's own.
const CODES: Readonly<Record<Extract<SimOutcome, { kind: 'failure' }>['cause'], string>> = {
  oom: 'OutOfMemory',
  timeout: 'WallTimeExceeded',
  image: 'EnvironmentSetupFailed',
  input: 'ResourcesDownloadFailed',
  output: 'ResultsUploadFailed',
  'node-lost': 'NodeLost',
  unschedulable: 'NoMatchingHardware',
};

/** Why an execution failed, in the wire's error shape; null when it did not. */
export function errorOf(outcome: SimExecution['outcome']): JsonObject | null {
  if (outcome === null || outcome.kind === 'success' || outcome.kind === 'cancelled') return null;
  if (outcome.kind === 'failure') {
    return { code: CODES[outcome.cause], message: outcome.message, debug: null };
  }
  // No field of this API holds an exit code: a non-zero one only shows as a failure.
  return {
    code: 'ExecutionFailed',
    message: `The payload ended with exit code ${String(outcome.exitCode)}.`,
    debug: null,
  };
}

const WORDS: Readonly<Record<string, string>> = {
  success: 'Success',
  failure: 'Failure',
  cancelled: 'Cancelled',
};

function completedInstance(part: InstancePart, hasResults: boolean): JsonObject {
  const { hardware } = part;
  const wallMs = part.downloadMs + part.environmentMs + part.executionMs + part.uploadMs;
  return {
    instanceId: part.instanceId,
    state: WORDS[part.phase] ?? 'Failure',
    error: errorOf(part.execution?.outcome ?? null),
    results: hasResults && part.phase === 'success' ? [`result-${String(part.instanceId)}.out`] : null,
    wallTimeSec: rounded(wallMs / 1000),
    execTimeSec: rounded(part.executionMs / 1000),
    execTimeSecGHz: hardware === null ? 0 : gigahertzSeconds(part, hardware),
    peakMemoryMB: hardware === null ? 0 : Math.round(hardware.memoryMB * (0.1 + part.flavour * 0.7)),
    specificationKey: hardware?.specificationKey ?? '',
    cpuModel: hardware?.cpuModel ?? '',
    coreCount: hardware?.coreCount ?? 0,
    clockRatio: hardware?.clockRatio ?? 1,
    averageGHz: hardware === null ? 0 : rounded(hardware.maxFrequencyGHz * 0.95),
    executionAttemptCount: part.attempt,
  };
}

/** The instances that have ended, in order of their ids. Empty, never null. */
export function completedInstances(parts: readonly InstancePart[], hasResults: boolean): JsonObject[] {
  return parts
    .filter(({ phase, execution }) => isEnded(phase) && execution !== null)
    .map((part) => completedInstance(part, hasResults));
}

/** The task's own errors: one for each kind of failure among its instances. */
export function taskErrors(parts: readonly InstancePart[]): JsonObject[] {
  const errors = new Map<unknown, JsonObject>();
  for (const part of parts) {
    const error = part.phase === 'failure' ? errorOf(part.execution?.outcome ?? null) : null;
    if (error !== null && !errors.has(error['code'])) errors.set(error['code'], error);
  }
  return [...errors.values()];
}
