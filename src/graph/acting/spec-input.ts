import type { EnvVariable, JobSpec, SecretEnvVariable } from '../../model/job-spec.ts';
import { builder } from '../builder.ts';
import { fromInputs, fromOutputs, SpecInputInput, SpecOutputInput } from './spec-files.ts';

const SubmittableKindEnum = builder.enumType('SubmittableJobKind', {
  description: 'How a job is to live.',
  values: {
    BATCH: { description: 'Runs to its end.' },
    SERVICE: { description: 'Keeps running until it is stopped.' },
    DAEMON: { description: 'Keeps running on every fitting machine until it is stopped.' },
    OPS: { description: 'Runs once on every fitting machine.' },
    INTERACTIVE: { description: 'A person works in it.' },
  } as const,
});

const EnvVariableInput = builder.inputRef<EnvVariable>('EnvVariable').implement({
  description:
    'An environment variable. Its value goes to the provider and nowhere else: not into logs, events, errors or stored intents.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Letters, digits and underscores.' }),
    value: t.string({
      required: true,
      description: 'Its value. Whoever can read the job at the provider may be able to read it.',
    }),
  }),
});

const SecretEnvVariableInput = builder.inputType('SecretEnvVariable', {
  description:
    'An environment variable whose value the provider takes from a secret that it keeps: the value never passes through here.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Letters, digits and underscores.' }),
    secret: t.string({ required: true, description: 'The secret, as the provider calls it.' }),
    key: t.string({ description: 'The entry of the secret. Absent where a secret is one value.' }),
  }),
});

const ResourcesInput = builder.inputType('ResourcesInput', {
  description: 'What one execution needs. Absent members are left to the provider.',
  fields: (t) => ({
    cpuMillis: t.int({ description: 'Thousandths of a core.' }),
    memoryBytes: t.field({ type: 'Bytes', description: 'Main memory, in bytes.' }),
    diskBytes: t.field({ type: 'Bytes', description: 'Scratch space, in bytes.' }),
    gpuMillis: t.int({ description: 'Thousandths of a GPU; 1000 is a whole one.' }),
    gpuModel: t.string({ description: 'Which GPU, in the provider’s words. Absent: any.' }),
  }),
});

const LabelInput = builder.inputType('LabelInput', {
  description: 'A label, or a bare tag when it has no value.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'Its name. Must not begin with "gridweave-".' }),
    value: t.string({ description: 'Its value. Absent: a tag.' }),
  }),
});

export const TaskSpecInput = builder.inputType('TaskSpecInput', {
  description:
    'What to run, in nobody’s words: the same specification can go to any provider. The answer says of each given field whether the provider honours, translates or ignores it; what it would have to refuse is refused before anything is sent.',
  fields: (t) => ({
    name: t.string({
      required: true,
      description:
        'For people. Where names have to be unique at the provider, a part of the idempotency key is added to it.',
    }),
    jobKind: t.field({ type: SubmittableKindEnum, description: 'How it lives. Absent: BATCH.' }),
    image: t.string({ description: 'A container image.' }),
    app: t.string({
      description: 'An application of the provider’s own catalogue, instead of an image.',
    }),
    command: t.stringList({ description: 'Replaces the entrypoint of the image, word by word.' }),
    args: t.stringList({ description: 'Handed to the command or the entrypoint, word by word.' }),
    workingDirectory: t.string({ description: 'An absolute path. Absent: as the image has it.' }),
    env: t.field({ type: [EnvVariableInput], description: 'Environment variables.' }),
    secretEnv: t.field({
      type: [SecretEnvVariableInput],
      description: 'Environment variables from secrets of the provider.',
    }),
    resources: t.field({ type: ResourcesInput, description: 'What one execution needs.' }),
    inputs: t.field({ type: [SpecInputInput], description: 'What to have in place before it starts.' }),
    outputs: t.field({ type: [SpecOutputInput], description: 'What to keep after it has ended.' }),
    executionTimeoutMs: t.field({
      type: 'DurationMs',
      description: 'How long one execution may run. Absent: as long as the provider allows.',
    }),
    queueTimeoutMs: t.field({ type: 'DurationMs', description: 'How long it may wait for a place.' }),
    maxRetries: t.int({ description: 'Further tries of an index that failed.' }),
    count: t.int({ description: 'How many indexes to run. Absent: 1.' }),
    labels: t.field({ type: [LabelInput], description: 'Labels and tags.' }),
    priority: t.int({ description: 'Higher goes first.' }),
  }),
});

type SpecArgs = typeof TaskSpecInput.$inferInput;

/** Puts a specification into the words of the model: null and absent are the same. */
export function toJobSpec(args: SpecArgs): JobSpec {
  const { resources } = args;
  return {
    name: args.name,
    jobKind: args.jobKind ?? null,
    image: args.image ?? null,
    app: args.app ?? null,
    command: args.command ?? [],
    args: args.args ?? [],
    workingDirectory: args.workingDirectory ?? null,
    env: args.env ?? [],
    secretEnv: (args.secretEnv ?? []).map(({ name, secret, key }): SecretEnvVariable => ({
      name,
      secret,
      key: key ?? null,
    })),
    resources: {
      cpuMillis: resources?.cpuMillis ?? null,
      memoryBytes: (resources?.memoryBytes ?? null) as JobSpec['resources']['memoryBytes'],
      diskBytes: (resources?.diskBytes ?? null) as JobSpec['resources']['diskBytes'],
      gpuMillis: resources?.gpuMillis ?? null,
      gpuModel: resources?.gpuModel ?? null,
    },
    inputs: fromInputs(args.inputs),
    outputs: fromOutputs(args.outputs),
    executionTimeoutMs: args.executionTimeoutMs ?? null,
    queueTimeoutMs: args.queueTimeoutMs ?? null,
    maxRetries: args.maxRetries ?? null,
    count: args.count ?? null,
    labels: (args.labels ?? []).map(({ key, value }) => ({ key, value: value ?? null })),
    priority: args.priority ?? null,
  };
}
