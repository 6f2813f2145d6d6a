import type { JobKind, JobRecord } from '../../../model/records.ts';

/** The kinds of workload that have endpoints of their own, as their paths spell them. */
export const TYPED_KINDS = [
  'trainings',
  'workspaces',
  'distributed',
  'inferences',
  'distributed-inferences',
] as const;
export type TypedKind = (typeof TYPED_KINDS)[number];

/** The word for `type` that third-party code meets in lists. Which words the service uses is unverified. */
export const TYPE_OF_KIND: Readonly<Record<TypedKind, string>> = {
  trainings: 'Training',
  workspaces: 'Workspace',
  distributed: 'Distributed',
  inferences: 'Inference',
  'distributed-inferences': 'DistributedInference',
};

const KIND_OF_WORD = new Map<string, TypedKind>(
  Object.entries({
    training: 'trainings',
    train: 'trainings',
    workspace: 'workspaces',
    interactive: 'workspaces',
    distributed: 'distributed',
    distributedtraining: 'distributed',
    inference: 'inferences',
    distributedinference: 'distributed-inferences',
  } as const),
);

/** The endpoints that know a workload of this `type`, which is free text; null when the word does not tell. */
export function kindOfType(type: string | null): TypedKind | null {
  const word = (type ?? '')
    .toLowerCase()
    .replaceAll(/[^a-z]/g, '')
    .replace(/workload$/, '');
  return KIND_OF_WORD.get(word) ?? null;
}

/** The same of a record, whose labels keep the word. */
export function kindOfRecord({ labels }: Pick<JobRecord, 'labels'>): TypedKind | null {
  return kindOfType(labels.find(({ key }) => key === 'type')?.value ?? null);
}

/** Suspending and resuming exist for these alone; for distributed trainings since 2.20. */
export function canSuspend(kind: TypedKind): boolean {
  return kind === 'trainings' || kind === 'workspaces' || kind === 'distributed';
}

/** What a kind of job is submitted as; null when Run:ai runs no such thing. */
export function kindForJob(jobKind: JobKind | null, distributed: boolean): TypedKind | null {
  switch (jobKind) {
    case null:
    case 'BATCH':
      return distributed ? 'distributed' : 'trainings';
    case 'INTERACTIVE':
      return 'workspaces';
    case 'SERVICE':
      return 'inferences';
    default:
      return null;
  }
}
