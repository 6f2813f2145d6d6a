/** Priorities and preemption: how urgent a workload is, and whether it may be put back in line. */
import type { WorkloadKind } from './kind.ts';
import type { Workload } from './workload.ts';

/** The seven priority classes. Only `low` with its 40 appears in the documentation; the other values are assumed. */
export const PRIORITY_CLASSES = [
  { name: 'very-low', value: 20, world: 0 },
  { name: 'low', value: 40, world: 0 },
  { name: 'medium-low', value: 50, world: 10 },
  { name: 'medium', value: 60, world: 20 },
  { name: 'medium-high', value: 70, world: 50 },
  { name: 'high', value: 80, world: 100 },
  { name: 'very-high', value: 100, world: 200 },
] as const;

const LOW = PRIORITY_CLASSES[1];

/** The class of a workload: as submitted, or what comes closest to the world's number. */
export function priorityOf(workload: Workload): { readonly name: string; readonly value: number } {
  const { submission, job } = workload;
  const asked = PRIORITY_CLASSES.find(({ name }) => name === submission?.priorityClass);
  if (asked !== undefined) return asked;
  return PRIORITY_CLASSES.findLast(({ world, name }) => world <= job.priority && name !== 'very-low') ?? LOW;
}

/** The class a kind of workload has unless its submission says another. */
export function defaultPriority(kind: WorkloadKind): string {
  if (kind === 'Inference' || kind === 'DistributedInference') return 'very-high';
  return kind === 'Workspace' ? 'high' : 'low';
}

/** Trainings may be preempted, unless a submission says otherwise. */
export function preemptibleByDefault(kind: WorkloadKind): boolean {
  return kind === 'Training' || kind === 'Distributed' || kind === 'Job';
}

export function isPreemptible({ submission, kind }: Workload): boolean {
  return submission?.preemptible ?? preemptibleByDefault(kind);
}
