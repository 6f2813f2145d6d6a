/**
 * What a submission can say to Bacalhau alone; `src/graph/extensions/bacalhau.ts` mirrors it field by field. The namespace
 * is not here: it is the project. Absent and null both mean "not asked for".
 */
export interface BacalhauExtension {
  /** What a node's labels must be for it to run the job; all of them. */
  readonly constraints?: readonly NodeConstraint[] | null | undefined;
  /** What the job may reach. */
  readonly network?: JobNetwork | null | undefined;
  /** A WebAssembly module to run instead of an image. From 1.7 on. */
  readonly wasm?: WasmProgram | null | undefined;
  /** Where results go, when outputs name no destination of their own. */
  readonly publisher?: ResultPublisher | null | undefined;
  /** Free texts on the job, which cannot be searched for; keys are unique. */
  readonly meta?: readonly MetaEntry[] | null | undefined;
}

export interface NodeConstraint {
  /** A label of nodes, such as `os_arch` or `GPU-0`. */
  readonly key: string;
  readonly operator: ConstraintOperator;
  /** One or more for IN and NOT_IN, none for EXISTS and NOT_EXISTS, one for the others, an integer from 0 on to compare. */
  readonly values?: readonly string[] | null | undefined;
}

export const CONSTRAINT_OPERATORS = [
  'IN',
  'NOT_IN',
  'EQUALS',
  'NOT_EQUALS',
  'EXISTS',
  'NOT_EXISTS',
  'GREATER_THAN',
  'LESS_THAN',
] as const;
export type ConstraintOperator = (typeof CONSTRAINT_OPERATORS)[number];

export interface JobNetwork {
  readonly type: NetworkType;
  /** HTTP only: host names or IP addresses. */
  readonly domains?: readonly string[] | null | undefined;
}

export const NETWORK_TYPES = ['DEFAULT', 'NONE', 'HOST', 'HTTP', 'BRIDGE'] as const;
export type NetworkType = (typeof NETWORK_TYPES)[number];

export interface WasmProgram {
  /** Where the module is found: the path of an input, or a path inside one. */
  readonly entryModulePath: string;
  /** The function to call; `_start` when absent. */
  readonly entrypoint?: string | null | undefined;
  /** The program's arguments; `args` of the specification says the same, and one of both is enough. */
  readonly parameters?: readonly string[] | null | undefined;
  /** Modules that the entry module imports from, found like it. */
  readonly importModulePaths?: readonly string[] | null | undefined;
}

export interface ResultPublisher {
  readonly type: PublisherType;
  /** S3 only, and needed there. */
  readonly bucket?: string | null | undefined;
  /** S3 only, and needed there; may hold `{jobID}`, `{executionID}`, `{date}` and `{time}`. */
  readonly key?: string | null | undefined;
  /** S3 only. */
  readonly region?: string | null | undefined;
  /** S3 only: the URL of a service other than AWS. */
  readonly endpoint?: string | null | undefined;
  /** S3 only: one archive, or the files as they are. GZIP when absent. */
  readonly encoding?: PublisherEncoding | null | undefined;
}

export const PUBLISHER_TYPES = ['LOCAL', 'S3', 'S3_MANAGED', 'IPFS', 'NOOP'] as const;
export type PublisherType = (typeof PUBLISHER_TYPES)[number];

export const PUBLISHER_ENCODINGS = ['GZIP', 'PLAIN'] as const;
export type PublisherEncoding = (typeof PUBLISHER_ENCODINGS)[number];

export interface MetaEntry {
  readonly key: string;
  readonly value: string;
}
