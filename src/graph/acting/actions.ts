import { expectId } from '../../model/ids.ts';
import type { JobRecord } from '../../model/records.ts';
import type { PlainAction } from '../../act/actor.ts';
import type { ActionResult } from '../../act/outcome.ts';
import { builder } from '../builder.ts';
import type { GraphContext } from '../context.ts';
import { ActionEnum } from '../enums.ts';
import { JobType } from '../job.ts';
import { TaskType } from '../task.ts';
import { WorkInterface } from '../work-fields.ts';
import { ActErrorUnion, failureOf } from './user-error.ts';

const ActionOutcomeEnum = builder.enumType('ActionOutcome', {
  description: 'What became of an action.',
  values: {
    DONE: { description: 'The provider does it; the object shows it from now on.' },
    ALREADY: { description: 'It was so before: nothing had to be done.' },
    REFUSED: { description: 'Nothing was changed; `errors` say why.' },
    UNKNOWN: { description: 'The provider did not say. Repeating the call changes nothing twice.' },
  } as const,
});

builder.interfaceFields(WorkInterface, (t) => ({
  allowedActions: t.field({
    type: [ActionEnum],
    description:
      'What can be done to it in the state it was read in. Empty where the provider offers nothing for this type of object.',
    resolve: (row, _args, ctx) => [...ctx.act.allowed(row, ctx.caller)],
  }),
}));

/** A mutation that takes one action on one object. */
interface ActionField {
  readonly action: PlainAction;
  /** "cancelJob" … */
  readonly field: string;
  readonly description: string;
}

interface ActedOn {
  readonly kind: 'job' | 'task';
  /** Of the object's type: "Job". */
  readonly Name: string;
  readonly type: typeof JobType | typeof TaskType;
  readonly fields: readonly ActionField[];
}

const JOBS: ActedOn = {
  kind: 'job',
  Name: 'Job',
  type: JobType,
  fields: [
    {
      action: 'CANCEL',
      field: 'cancelJob',
      description: 'Ends a job for good. Its record stays, wherever the provider keeps records.',
    },
    {
      action: 'SUSPEND',
      field: 'suspendJob',
      description: 'Stops a job in a way that can be resumed. It gives its machines back.',
    },
    { action: 'RESUME', field: 'resumeJob', description: 'Lets a suspended job go on.' },
    {
      action: 'DELETE',
      field: 'deleteJob',
      description: 'Removes a job and its record from the provider. It cannot be undone.',
    },
  ],
};

const TASKS: ActedOn = {
  kind: 'task',
  Name: 'Task',
  type: TaskType,
  fields: [
    { action: 'CANCEL', field: 'cancelTask', description: 'Ends one task of a job for good.' },
    {
      action: 'DELETE',
      field: 'deleteTask',
      description: 'Removes one task of a job, and its record, from the provider.',
    },
  ],
};

for (const actedOn of [JOBS, TASKS]) for (const field of actedOn.fields) declare(field, actedOn);

function declare({ action, field, description }: ActionField, { kind, Name, type }: ActedOn): void {
  const prefix = field.charAt(0).toUpperCase() + field.slice(1);
  const Payload = builder.objectRef<ActionResult>(`${prefix}Payload`).implement({
    description: `What became of \`${field}\`.`,
    fields: (t) => ({
      outcome: t.expose('outcome', { type: ActionOutcomeEnum, description: 'What became of it.' }),
      [kind]: t.field({
        type: type as typeof JobType,
        nullable: true,
        description: `The ${kind} as it is seen now. Null when it is gone, or was never there.`,
        // Of the kind that was acted on.
        resolve: ({ record }) => record as JobRecord | null,
      }),
      errors: t.field({
        type: [ActErrorUnion],
        description: 'Why it was refused, or is unknown. Empty otherwise.',
        resolve: ({ error }) => (error === null ? [] : [failureOf(error)]),
      }),
    }),
  });
  const Input = actionInput(`${prefix}Input`, Name);
  builder.mutationField(field, (t) =>
    t.field({
      type: Payload,
      description,
      args: { input: t.arg({ type: Input, required: true, description: `Which ${kind}.` }) },
      resolve: (_root, { input }, ctx) => take(action, kind, input, ctx),
    }),
  );
}

function actionInput(name: string, type: string) {
  return builder.inputType(name, {
    description: `Which ${type.toLowerCase()}, and under what condition.`,
    fields: (t) => ({
      id: t.id({ required: true, description: `The id of a ${type}.` }),
      expectedRevision: t.int({
        description: 'Refuse with Conflict when it is at another revision. Absent: whatever it is at.',
      }),
      reason: t.string({
        description: 'Why, for other users of the provider, where it has room for it.',
      }),
    }),
  });
}

interface ActionArgs {
  readonly id: string;
  readonly expectedRevision?: number | null | undefined;
  readonly reason?: string | null | undefined;
}

async function take(
  action: PlainAction,
  kind: 'job' | 'task',
  input: ActionArgs,
  ctx: GraphContext,
): Promise<ActionResult> {
  const { expectedRevision, reason } = input;
  const request = { action, kind, expectedRevision: expectedRevision ?? null, reason: reason ?? null };
  return ctx.act.take(request, expectId(input.id, kind, 'input.id'), ctx.caller);
}
