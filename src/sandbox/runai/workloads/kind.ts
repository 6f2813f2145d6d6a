/** Kinds of workloads: the words the list prints, and the typed endpoints' paths. */
import type { SimJob } from '../../world/types.ts';
import type { Submission } from '../ledger.ts';

/**
 * `type` as the list prints it. The spec leaves the word open; these are what third-party code meets. `Job` stands for
 * what reached the cluster past the control plane: a plain Kubernetes object without a typed endpoint.
 */
export type WorkloadKind =
  'Training' | 'Workspace' | 'Distributed' | 'Inference' | 'DistributedInference' | 'Job';

/** The path segment of each kind's typed endpoints; null for foreign kinds. */
const PATHS: Readonly<Record<WorkloadKind, string | null>> = {
  Training: 'trainings',
  Workspace: 'workspaces',
  Distributed: 'distributed',
  Inference: 'inferences',
  DistributedInference: 'distributed-inferences',
  Job: null,
};

export const TYPED_PATHS = [
  'trainings',
  'workspaces',
  'distributed',
  'inferences',
  'distributed-inferences',
] as const;
export type TypedPath = (typeof TYPED_PATHS)[number];

/** The kind behind a typed path. */
export const KIND_OF_PATH: Readonly<Record<TypedPath, WorkloadKind>> = {
  trainings: 'Training',
  workspaces: 'Workspace',
  distributed: 'Distributed',
  inferences: 'Inference',
  'distributed-inferences': 'DistributedInference',
};

export function pathOf(kind: WorkloadKind): string | null {
  return PATHS[kind];
}

const CATEGORIES: Readonly<Record<WorkloadKind, string>> = {
  Training: 'Train',
  Workspace: 'Build',
  Distributed: 'Train',
  Inference: 'Deploy',
  DistributedInference: 'Deploy',
  Job: 'Train',
};

/** The category of a kind unless a submission says another. */
export function categoryOf(kind: WorkloadKind): string {
  return CATEGORIES[kind];
}

/** Suspend and resume exist for these kinds only. */
export function canSuspend(kind: WorkloadKind): boolean {
  return kind === 'Training' || kind === 'Workspace' || kind === 'Distributed';
}

/** The kind of a job: as submitted here, or read from what the world's own people run. */
export function kindOf(job: SimJob, submission: Submission | undefined): WorkloadKind {
  if (submission !== undefined) return submission.kind;
  if (job.type === 'service') return job.gpus > 0 ? 'Inference' : 'Workspace';
  // The platform team works with kubectl.
  if (job.team === 'platform') return 'Job';
  return job.count > 1 ? 'Distributed' : 'Training';
}
