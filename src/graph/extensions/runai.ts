import type {
  RunaiExtension,
  RunaiFramework,
  RunaiPortType,
  RunaiPriorityClass,
} from '../../providers/runai/extension.ts';
import { builder } from '../builder.ts';

const PriorityClassEnum = builder.enumType('RunaiPriorityClass', {
  description:
    'How urgent a workload is. The class decides the order of waiting, and by default whether it may be interrupted.',
  values: {
    VERY_LOW: { value: 'very-low', description: 'The last.' },
    LOW: { value: 'low', description: 'What trainings have unless told otherwise.' },
    MEDIUM_LOW: { value: 'medium-low', description: 'Above low.' },
    MEDIUM: { value: 'medium', description: 'In the middle.' },
    MEDIUM_HIGH: { value: 'medium-high', description: 'Above medium.' },
    HIGH: { value: 'high', description: 'What workspaces have unless told otherwise.' },
    VERY_HIGH: { value: 'very-high', description: 'The first: what services have unless told otherwise.' },
  } satisfies Record<string, { value: RunaiPriorityClass; description: string }>,
});

const FrameworkEnum = builder.enumType('RunaiFramework', {
  description: 'What the pods of a distributed training talk to each other with.',
  values: {
    MPI: { value: 'MPI', description: 'MPI.' },
    PYTORCH: { value: 'PyTorch', description: 'PyTorch.' },
    TENSORFLOW: { value: 'TF', description: 'TensorFlow.' },
    XGBOOST: { value: 'XGBoost', description: 'XGBoost.' },
    JAX: { value: 'JAX', description: 'JAX.' },
  } satisfies Record<string, { value: RunaiFramework; description: string }>,
});

const PortTypeEnum = builder.enumType('RunaiPortType', {
  description: 'From where a port can be reached.',
  values: {
    CLUSTER_IP: { value: 'ClusterIP', description: 'From inside the cluster.' },
    NODE_PORT: { value: 'NodePort', description: 'By a port of every node.' },
    LOAD_BALANCER: { value: 'LoadBalancer', description: 'By an address of its own.' },
  } satisfies Record<string, { value: RunaiPortType; description: string }>,
});

const ServingProtocolEnum = builder.enumType('RunaiServingProtocol', {
  description: 'What a service speaks.',
  values: {
    HTTP: { value: 'http', description: 'HTTP.' },
    GRPC: { value: 'grpc', description: 'gRPC.' },
  } as const,
});

const DistributedInput = builder.inputType('RunaiDistributed', {
  description: 'Makes a batch job a distributed training: several pods that know of each other.',
  fields: (t) => ({
    framework: t.field({ type: FrameworkEnum, required: true, description: 'What they talk with.' }),
    workers: t.int({
      description: 'How many workers, at least 1. Absent: the specification’s `count`, or 1.',
    }),
    master: t.boolean({
      description:
        'Whether one more pod with the same specification leads the workers. Absent: as Run:ai does by default.',
    }),
  }),
});

const ServingPortInput = builder.inputType('RunaiServingPort', {
  description: 'Where a service listens.',
  fields: (t) => ({
    container: t.int({ required: true, description: 'The port in the container, 1 to 65535.' }),
    protocol: t.field({ type: ServingProtocolEnum, description: 'What it speaks there. Absent: HTTP.' }),
  }),
});

const PortInput = builder.inputType('RunaiPort', {
  description: 'A port that can be reached from outside the pod.',
  fields: (t) => ({
    container: t.int({ required: true, description: 'The port in the container, 1 to 65535.' }),
    type: t.field({ type: PortTypeEnum, description: 'From where. Absent: from inside the cluster.' }),
    external: t.int({ description: 'The port outside, 1 to 65535. Absent: any.' }),
  }),
});

const GitInput = builder.inputType('RunaiGit', {
  description: 'A Git repository that is there before the work starts.',
  fields: (t) => ({
    repository: t.string({
      required: true,
      description: 'Its address, without a user name or password.',
    }),
    path: t.string({ required: true, description: 'Where the work finds it: an absolute path.' }),
    branch: t.string({ description: 'The branch. Absent: the repository’s default.' }),
    revision: t.string({ description: 'The revision. Absent: the newest.' }),
    secret: t.string({
      description: 'Name of the secret in Run:ai that holds `User` and `Password` of a private repository.',
    }),
  }),
});

/** Mirrors `RunaiExtension` field by field. The project is an argument of every submission, and not here. */
export const RunaiExtensionInput = builder.inputType('RunaiExtension', {
  description: 'What Run:ai alone can be told.',
  fields: (t) => ({
    clusterId: t.string({
      description:
        'Uuid of the cluster. Absent: the one this connection is kept to, else that of the project, which costs a call.',
    }),
    nodePools: t.stringList({
      description: 'Names of node pools, the preferred one first. Absent: the default of the project.',
    }),
    priorityClass: t.field({
      type: PriorityClassEnum,
      description: 'How urgent it is. Absent: the default of its kind.',
    }),
    preemptible: t.boolean({
      description: 'Whether more urgent work may interrupt it. Absent: as its class has it.',
    }),
    category: t.string({ description: 'A category of the tenant, such as "Train".' }),
    templateId: t.string({
      description: 'Id of a template to start from. What the specification says goes first.',
    }),
    distributed: t.field({
      type: DistributedInput,
      description: 'Makes a batch job a distributed training.',
    }),
    servingPort: t.field({
      type: ServingPortInput,
      description: 'Where a service listens. Needed for a job of the kind SERVICE, and for no other.',
    }),
    ports: t.field({ type: [PortInput], description: 'Ports that can be reached from outside the pod.' }),
    gpuPortion: t.float({
      description:
        'The share of each GPU, above 0 and at most 1. The specification’s `gpuMillis` is then the sum of all shares; absent, there is one.',
    }),
    gpuMemoryBytes: t.field({
      type: 'Bytes',
      description: 'The share of one GPU by its memory, in bytes, in place of `gpuMillis`.',
    }),
    largeShm: t.boolean({ description: 'Whether it gets a large /dev/shm.' }),
    autoDeleteAfterMs: t.field({
      type: 'DurationMs',
      description: 'How long after its end the workload disappears, in milliseconds. Absent: 30 days.',
    }),
    git: t.field({
      type: [GitInput],
      description: 'Git repositories that are there before the work starts.',
    }),
    s3Secret: t.string({
      description:
        'Name of the secret in Run:ai with the access keys of all S3 buckets among the inputs. Absent: they are public.',
    }),
  }),
});

/** The input as the adapter reads it; that this compiles holds both to each other. */
export function runaiExtension(given: typeof RunaiExtensionInput.$inferInput): RunaiExtension {
  return given;
}
