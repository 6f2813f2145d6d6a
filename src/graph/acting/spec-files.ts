import type { InputSource, OutputDestination, SpecInput, SpecOutput } from '../../model/job-spec.ts';
import { builder } from '../builder.ts';

const S3LocationInput = builder.inputType('S3Location', {
  description: 'A place in an S3 bucket. The provider reads or writes it with its own access.',
  fields: (t) => ({
    bucket: t.string({ required: true, description: 'The bucket.' }),
    key: t.string({ required: true, description: 'The object, or a prefix.' }),
    region: t.string({ description: 'Its region, such as eu-west-1.' }),
    endpoint: t.string({ description: 'The URL of a service other than Amazon’s.' }),
  }),
});

const BucketLocationInput = builder.inputType('BucketLocation', {
  description: 'A place in the provider’s own storage.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'The bucket.' }),
    prefix: t.string({ description: 'Only what begins with this. Absent: all of it.' }),
  }),
});

const InputSourceInput = builder.inputType('InputSource', {
  description: 'Where an input comes from: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    url: t.string({ description: 'An http or https URL that the provider fetches.' }),
    s3: t.field({ type: S3LocationInput, description: 'S3.' }),
    ipfs: t.string({ description: 'A content id of IPFS.' }),
    bucket: t.field({ type: BucketLocationInput, description: 'The provider’s own storage.' }),
    volume: t.string({ description: 'A volume that the provider knows by this name.' }),
    inline: t.string({ description: 'The content itself, as text.' }),
  }),
});

const OutputDestinationInput = builder.inputType('OutputDestination', {
  description: 'Where an output goes: exactly one of these.',
  isOneOf: true,
  fields: (t) => ({
    s3: t.field({ type: S3LocationInput, description: 'S3.' }),
    ipfs: t.boolean({ description: 'true: IPFS; its content id is a result of the work.' }),
    bucket: t.field({ type: BucketLocationInput, description: 'The provider’s own storage.' }),
    volume: t.string({ description: 'A volume that the provider knows by this name.' }),
  }),
});

export const SpecInputInput = builder.inputType('SpecInput', {
  description: 'Something to have in the file system before the work starts.',
  fields: (t) => ({
    path: t.string({ required: true, description: 'Where the work finds it.' }),
    source: t.field({ type: InputSourceInput, required: true, description: 'Where it comes from.' }),
  }),
});

export const SpecOutputInput = builder.inputType('SpecOutput', {
  description: 'Something to keep after the work has ended.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'What to call it.' }),
    path: t.string({ required: true, description: 'Where the work writes it.' }),
    destination: t.field({
      type: OutputDestinationInput,
      description: 'Where it goes. Absent: where the provider keeps results.',
    }),
  }),
});

type InputArgs = typeof SpecInputInput.$inferInput;
type OutputArgs = typeof SpecOutputInput.$inferInput;
type S3Args = typeof S3LocationInput.$inferInput;

export function fromInputs(inputs: readonly InputArgs[] | null | undefined): SpecInput[] {
  return (inputs ?? []).map(({ path, source }) => ({ path, source: sourceOf(source) }));
}

export function fromOutputs(outputs: readonly OutputArgs[] | null | undefined): SpecOutput[] {
  return (outputs ?? []).map(({ name, path, destination }) => ({
    name,
    path,
    destination: destination == null ? null : destinationOf(destination),
  }));
}

function sourceOf(source: InputArgs['source']): InputSource {
  if (source.url != null) return { type: 'URL', url: source.url };
  if (source.s3 != null) return s3(source.s3);
  if (source.ipfs != null) return { type: 'IPFS', cid: source.ipfs };
  if (source.bucket != null) {
    return { type: 'BUCKET', bucket: source.bucket.name, prefix: source.bucket.prefix ?? null };
  }
  if (source.volume != null) return { type: 'VOLUME', name: source.volume };
  return { type: 'INLINE', text: source.inline ?? '' };
}

function destinationOf(destination: NonNullable<OutputArgs['destination']>): OutputDestination {
  if (destination.s3 != null) return s3(destination.s3);
  if (destination.bucket != null) {
    return { type: 'BUCKET', bucket: destination.bucket.name, prefix: destination.bucket.prefix ?? null };
  }
  if (destination.volume != null) return { type: 'VOLUME', name: destination.volume };
  return { type: 'IPFS' };
}

function s3(place: S3Args): OutputDestination & InputSource & { readonly type: 'S3' } {
  const { bucket, key, region, endpoint } = place;
  return { type: 'S3', bucket, key, region: region ?? null, endpoint: endpoint ?? null };
}
