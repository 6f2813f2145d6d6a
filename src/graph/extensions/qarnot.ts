import type { QarnotExtension, QarnotSchedulingType } from '../../providers/qarnot/extension.ts';
import { builder } from '../builder.ts';

const SchedulingTypeEnum = builder.enumType('QarnotSchedulingType', {
  description: 'How a task is paid for and placed at Qarnot.',
  values: {
    FLEX: { description: 'On what is free; cheapest, and may be interrupted and started again.' },
    ON_DEMAND: { description: 'On demand, without interruption.' },
    RESERVED: { description: 'On machines that are reserved for the account.' },
  } satisfies Record<QarnotSchedulingType, { description: string }>,
});

const KeyValueInput = builder.inputType('QarnotKeyValue', {
  description: 'A key and its value.',
  fields: (t) => ({
    key: t.string({ required: true, description: 'The key.' }),
    value: t.string({ required: true, description: 'The value; it may be empty.' }),
  }),
});

/** Mirrors `QarnotExtension` field by field. */
export const QarnotExtensionInput = builder.inputType('QarnotExtension', {
  description: 'What only Qarnot knows, of a task that is submitted there.',
  fields: (t) => ({
    profile: t.string({
      description:
        'The profile that runs the task, such as docker-batch. Absent: the container profile, when there is an image. Not together with `app` or `poolUuid`.',
    }),
    poolUuid: t.id({
      description:
        'The open pool to run in, which brings the profile and the machines. Not together with `jobUuid`.',
    }),
    jobUuid: t.id({
      description:
        'The active Qarnot job to put the task into: what is answered is that job. Absent: the task is a job of its own.',
    }),
    constants: t.field({
      type: [KeyValueInput],
      description:
        'Parameters of the profile, such as DOCKER_SRV. Containers also see them as environment variables. At most 150 together with `env`, image and command. Values are readable at Qarnot, unless the key begins with QARNOT_SECRET__.',
    }),
    constraints: t.field({
      type: [KeyValueInput],
      description: 'Legacy placement constraints, passed on as they are. Qarnot does not document them.',
    }),
    schedulingType: t.field({
      type: SchedulingTypeEnum,
      description: 'How the task is paid for and placed. Absent: the account’s default.',
    }),
    reservedMachineKey: t.string({ description: 'The kind of reserved machine. Only with RESERVED.' }),
    advancedRanges: t.string({
      description: 'The ids of the instances, such as "0-2,4-5,17". Not together with `count`.',
    }),
    resultsBlacklist: t.string({
      description:
        'A regular expression of up to 2,047 characters: result files that match are not kept. Constants may be used as ${KEY}.',
    }),
    completionTimeToLiveMs: t.field({
      type: 'DurationMs',
      description: 'How long the task is kept after its end; rounded up to whole seconds.',
    }),
    autoDelete: t.boolean({
      description: 'Whether the ended task may be deleted when the account’s quota of tasks is reached.',
    }),
    dependsOn: t.idList({
      description:
        'The uuids of tasks that must end first. Only with `jobUuid`: they must be of the same Qarnot job, and it must have been created with useDependencies.',
    }),
  }),
});

/** The input as the adapter reads it; that this compiles holds both to each other. */
export function qarnotExtension(given: typeof QarnotExtensionInput.$inferInput): QarnotExtension {
  return given;
}
