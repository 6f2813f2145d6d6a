import type {
  BacalhauExtension,
  ConstraintOperator,
  NetworkType,
  PublisherEncoding,
  PublisherType,
} from '../../providers/bacalhau/extension.ts';
import { builder } from '../builder.ts';

const ConstraintOperatorEnum = builder.enumType('BacalhauConstraintOperator', {
  description: 'How a node’s label is compared.',
  values: {
    IN: { description: 'Its value is one of `values`.' },
    NOT_IN: { description: 'Its value is none of `values`, or the node lacks the label.' },
    EQUALS: { description: 'Its value is the one in `values`.' },
    NOT_EQUALS: { description: 'Its value is not the one in `values`, or the node lacks the label.' },
    EXISTS: { description: 'The node has the label, whatever its value.' },
    NOT_EXISTS: { description: 'The node lacks the label.' },
    GREATER_THAN: { description: 'Its value is an integer above the one in `values`.' },
    LESS_THAN: { description: 'Its value is an integer below the one in `values`.' },
  } satisfies Record<ConstraintOperator, { description: string }>,
});

const NetworkTypeEnum = builder.enumType('BacalhauNetworkType', {
  description: 'What the work may reach over the network.',
  values: {
    DEFAULT: { description: 'As the node’s engine does by default. From Bacalhau 1.7 on.' },
    NONE: { description: 'Nothing.' },
    HOST: { description: 'Everything, through the node’s own network. Called Full before Bacalhau 1.7.' },
    HTTP: { description: 'The listed domains, through a proxy.' },
    BRIDGE: { description: 'Everything, through a bridge of its own. From Bacalhau 1.7 on.' },
  } satisfies Record<NetworkType, { description: string }>,
});

const PublisherTypeEnum = builder.enumType('BacalhauPublisherType', {
  description: 'What keeps the results.',
  values: {
    LOCAL: { description: 'The node that ran the work, as a download.' },
    S3: { description: 'A bucket of yours.' },
    S3_MANAGED: { description: 'The bucket of the orchestrator’s operator. From Bacalhau 1.8 on.' },
    IPFS: { description: 'IPFS, where nodes are connected to it.' },
    NOOP: { description: 'Nothing: results are thrown away.' },
  } satisfies Record<PublisherType, { description: string }>,
});

const PublisherEncodingEnum = builder.enumType('BacalhauPublisherEncoding', {
  description: 'How results are stored in a bucket.',
  values: {
    GZIP: { description: 'One gzipped tar archive.' },
    PLAIN: { description: 'The files as they are, below the key.' },
  } satisfies Record<PublisherEncoding, { description: string }>,
});

const ConstraintInput = builder.inputType('BacalhauConstraint', {
  description: 'What a label of a node must be for it to run the work.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'The node’s label, such as `os_arch` or `GPU-0`.' }),
    operator: t.field({
      type: ConstraintOperatorEnum,
      required: true,
      description: 'How it is compared.',
    }),
    values: t.stringList({
      description: 'One or more for IN and NOT_IN, none for EXISTS and NOT_EXISTS, one for the others.',
    }),
  }),
});

const NetworkInput = builder.inputType('BacalhauNetwork', {
  description: 'What the work may reach over the network.',
  fields: (t) => ({
    type: t.field({ type: NetworkTypeEnum, required: true, description: 'How far it may reach.' }),
    domains: t.stringList({ description: 'HTTP only: the host names or IP addresses it may reach.' }),
  }),
});

const WasmInput = builder.inputType('BacalhauWasm', {
  description: 'A WebAssembly module to run. From Bacalhau 1.7 on.',
  fields: (t) => ({
    entryModulePath: t.string({
      required: true,
      description: 'Where the module is found: the path of one of the inputs, or a path inside one.',
    }),
    entrypoint: t.string({ description: 'The function to call. Absent: `_start`.' }),
    parameters: t.stringList({
      description: 'The program’s arguments. The specification’s `args` says the same: give one of both.',
    }),
    importModulePaths: t.stringList({
      description: 'Modules that the entry module imports from, found like it.',
    }),
  }),
});

const PublisherInput = builder.inputType('BacalhauPublisher', {
  description: 'Where results go, when the outputs name no destination of their own.',
  fields: (t) => ({
    type: t.field({ type: PublisherTypeEnum, required: true, description: 'What keeps the results.' }),
    bucket: t.string({ description: 'S3 only, and needed there: the bucket’s name.' }),
    key: t.string({
      description:
        'S3 only, and needed there: where in the bucket. May hold `{jobID}`, `{executionID}`, `{date}` and `{time}`.',
    }),
    region: t.string({ description: 'S3 only: the bucket’s region.' }),
    endpoint: t.string({ description: 'S3 only: the URL of a service other than AWS.' }),
    encoding: t.field({
      type: PublisherEncodingEnum,
      description: 'S3 only: how results are stored. Absent: GZIP.',
    }),
  }),
});

const MetaInput = builder.inputType('BacalhauMeta', {
  description: 'A free text on the job, which cannot be searched for.',
  fields: (t) => ({
    key: t.string({
      required: true,
      description: 'Its name. Those that begin with `bacalhau.org/` are the server’s.',
    }),
    value: t.string({ required: true, description: 'The text.' }),
  }),
});

/** Mirrors `BacalhauExtension` field by field. The namespace is the project, and not here. */
export const BacalhauExtensionInput = builder.inputType('BacalhauExtension', {
  description: 'What Bacalhau alone can be told.',
  fields: (t) => ({
    constraints: t.field({
      type: [ConstraintInput],
      description: 'What the labels of a node must be for it to run the work: all of these.',
    }),
    network: t.field({
      type: NetworkInput,
      description: 'What the work may reach. Absent: as the server does by default.',
    }),
    wasm: t.field({ type: WasmInput, description: 'A WebAssembly module to run instead of an image.' }),
    publisher: t.field({
      type: PublisherInput,
      description: 'Where results go, when the outputs name no destination of their own.',
    }),
    meta: t.field({ type: [MetaInput], description: 'Free texts on the job. Keys may not repeat.' }),
  }),
});

/** The input as the adapter reads it; that this compiles holds both to each other. */
export function bacalhauExtension(given: typeof BacalhauExtensionInput.$inferInput): BacalhauExtension {
  return given;
}
