/** Nothing was said. GraphQL hands over null for what was left out on purpose. */
type Optional<T> = T | null | undefined;

/** From the least to the most urgent; the specification of 2.24 names these seven. */
export const PRIORITY_CLASSES = [
  'very-low',
  'low',
  'medium-low',
  'medium',
  'medium-high',
  'high',
  'very-high',
] as const;
export type RunaiPriorityClass = (typeof PRIORITY_CLASSES)[number];

/** Frameworks of distributed trainings. */
export const FRAMEWORKS = ['MPI', 'PyTorch', 'TF', 'XGBoost', 'JAX'] as const;
export type RunaiFramework = (typeof FRAMEWORKS)[number];

/** How a port of a training or a workspace is reached. */
export const PORT_TYPES = ['ClusterIP', 'NodePort', 'LoadBalancer'] as const;
export type RunaiPortType = (typeof PORT_TYPES)[number];

/** Makes a training a distributed one: several pods that know of each other. */
export interface RunaiDistributed {
  readonly framework: RunaiFramework;
  /** At least 1. Not said: the specification's `count`, or 1. */
  readonly workers?: Optional<number>;
  /** Whether one more pod with the same specification leads the workers. Not said: as the service does by default. */
  readonly master?: Optional<boolean>;
}

/** Where a service listens. */
export interface RunaiServingPort {
  /** 1 to 65535. */
  readonly container: number;
  /** Not said: http. */
  readonly protocol?: Optional<'http' | 'grpc'>;
}

export interface RunaiPort {
  /** 1 to 65535. */
  readonly container: number;
  /** Not said: inside the cluster alone. */
  readonly type?: Optional<RunaiPortType>;
  /** The port outside; not said: any. */
  readonly external?: Optional<number>;
}

/** A Git repository that is there before the work starts. */
export interface RunaiGit {
  /** Without a user name or password in it. */
  readonly repository: string;
  /** Where the work finds it: an absolute path. */
  readonly path: string;
  readonly branch?: Optional<string>;
  readonly revision?: Optional<string>;
  /** Name of the secret that holds `User` and `Password` of a private repository. */
  readonly secret?: Optional<string>;
}

/** What only Run:ai knows. Every member is optional. */
export interface RunaiExtension {
  /** Uuid of the cluster. Not said: the connection's `cluster`, else the project's own, which costs a call. */
  readonly clusterId?: Optional<string>;
  /** Names of node pools, the preferred one first. Not said: the project's default. */
  readonly nodePools?: Optional<readonly string[]>;
  readonly priorityClass?: Optional<RunaiPriorityClass>;
  /** Whether work of higher priority, or with quota, may take its place. Not said: as the priority class has it. */
  readonly preemptible?: Optional<boolean>;
  /** A category of the tenant, such as "Train". */
  readonly category?: Optional<string>;
  /** A template to start from. What the specification says goes before what the template says. */
  readonly templateId?: Optional<string>;
  readonly distributed?: Optional<RunaiDistributed>;
  /** Required for a service, and only for one. */
  readonly servingPort?: Optional<RunaiServingPort>;
  readonly ports?: Optional<readonly RunaiPort[]>;
  /** The share of each GPU device, above 0 and at most 1; `resources.gpuMillis` is then the sum of all shares. */
  readonly gpuPortion?: Optional<number>;
  /** The share of one GPU device by its memory, in bytes, in place of `resources.gpuMillis`. */
  readonly gpuMemoryBytes?: Optional<number>;
  /** A large /dev/shm. */
  readonly largeShm?: Optional<boolean>;
  /** How long after its end the workload disappears, in milliseconds. Not said: 30 days. */
  readonly autoDeleteAfterMs?: Optional<number>;
  readonly git?: Optional<readonly RunaiGit[]>;
  /** Name of the secret with the access keys of all S3 buckets among the inputs. Not said: they are public. */
  readonly s3Secret?: Optional<string>;
}
