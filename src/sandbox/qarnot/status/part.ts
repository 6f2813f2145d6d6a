import type { SimNode } from '../../world/types.ts';
import { steadyShare } from '../store/identity.ts';

/** Where an instance of a task, or a slot of a pool, stands. */
export type PartPhase =
  'waiting' | 'dispatched' | 'executing' | 'uploading' | 'success' | 'failure' | 'cancelled';

/** The machine an instance runs on, as far as this API lets it be seen: a type, never an identity. */
export interface Hardware {
  readonly specificationKey: string;
  readonly cpuModel: string;
  readonly coreCount: number;
  readonly memoryMB: number;
  readonly maxFrequencyGHz: number;
  readonly clockRatio: number;
}

/** One instance as `status` and `completedInstances` report it; durations in milliseconds. */
export interface Part {
  readonly instanceId: number;
  readonly phase: PartPhase;
  /** From 1. */
  readonly attempt: number;
  /** Null while it waits. */
  readonly hardware: Hardware | null;
  readonly startedOnce: boolean;
  readonly downloadMs: number;
  readonly environmentMs: number;
  readonly executionMs: number;
  readonly uploadMs: number;
  /** 0 to 100. */
  readonly progress: number;
  /** How far the preparation is, 0 to 1; tells dispatch, download and environment apart. */
  readonly preparation: number;
  /** Makes this part's measurements differ from its neighbours'. */
  readonly flavour: number;
}

const MB = 1_000_000;

const known = new WeakMap<SimNode, Hardware>();

export function hardwareOf(node: SimNode): Hardware {
  const hardware = known.get(node) ?? describe(node);
  known.set(node, hardware);
  return hardware;
}

function describe(node: SimNode): Hardware {
  const coreCount = Math.max(1, Math.round(node.cpuMillis / 1000));
  const share = steadyShare(node.cpuModel);
  return {
    specificationKey: `${String(coreCount)}c-${String(Math.round(node.memoryBytes / 2 ** 30))}g`,
    cpuModel: node.cpuModel,
    coreCount,
    memoryMB: Math.round(node.memoryBytes / MB),
    maxFrequencyGHz: Math.round((3 + share * 1.4) * 10) / 10,
    clockRatio: Math.round((0.8 + share * 0.2) * 100) / 100,
  };
}

export function isEnded(phase: PartPhase): boolean {
  return phase === 'success' || phase === 'failure' || phase === 'cancelled';
}

export function isPlaced(phase: PartPhase): boolean {
  return phase === 'dispatched' || isRunning(phase);
}

export function isRunning(phase: PartPhase): boolean {
  return phase === 'executing' || phase === 'uploading';
}
