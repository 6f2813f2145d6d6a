import { expectId } from '../../model/ids.ts';
import type { JobRecord, TaskRecord } from '../../model/records.ts';
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
export { ActionOutcomeEnum };

builder.interfaceFields(WorkInterface, (t) => ({
  allowedActions: t.field({
    type: [ActionEnum],
    description:
      'What can be done to it in the state it was read in. Empty where the provider offers nothing for this type of object.',
    resolve: (row, _args, ctx) => [...ctx.act.allowed(row, ctx.caller)],
  }),
}));

interface ActionText {
  readonly action: PlainAction;
  /** "cancelJob" … */
  readonly field: string;
  readonly description: string;
}

const JOB_ACTIONS: readonly ActionText[] = [
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
];

const TASK_ACTIONS: readonly ActionText[] = [
  { action: 'CANCEL', field: 'cancelTask', description: 'Ends one task of a job for good.' },
  {
    action: 'DELETE',
    field: 'deleteTask',
    description: 'Removes one task of a job, and its record, from the provider.',
  },
];

for (const text of JOB_ACTIONS) {
  const Name = text.field.charAt(0).toUpperCase() + text.field.slice(1);
  const Payload = builder.objectRef<ActionResult>(`${Name}Payload`).implement({
    description: `What became of \`${text.field}\`.`,
    fields: (t) => ({
      outcome: t.expose('outcome', { type: ActionOutcomeEnum, description: 'What became of it.' }),
      job: t.field({
        type: JobType,
        nullable: true,
        description: 'The job as it is seen now. Null when it is gone, or was never there.',
        resolve: ({ record }) => record as JobRecord | null,
      }),
      errors: t.field({
        type: [ActErrorUnion],
        description: 'Why it was refused, or is unknown. Empty otherwise.',
        resolve: errorsOf,
      }),
    }),
  });
  const Input = actionInput(`${Name}Input`, 'Job');
  builder.mutationField(text.field, (t) =>
    t.field({
      type: Payload,
      description: text.description,
      args: { input: t.arg({ type: Input, required: true, description: 'Which job.' }) },
      resolve: (_root, { input }, ctx) => take(text.action, 'job', input, ctx),
    }),
  );
}

for (const text of TASK_ACTIONS) {
  const Name = text.field.charAt(0).toUpperCase() + text.field.slice(1);
  const Payload = builder.objectRef<ActionResult>(`${Name}Payload`).implement({
    description: `What became of \`${text.field}\`.`,
    fields: (t) => ({
      outcome: t.expose('outcome', { type: ActionOutcomeEnum, description: 'What became of it.' }),
      task: t.field({
        type: TaskType,
        nullable: true,
        description: 'The task as it is seen now. Null when it is gone, or was never there.',
        resolve: ({ record }) => record as TaskRecord | null,
      }),
      errors: t.field({
        type: [ActErrorUnion],
        description: 'Why it was refused, or is unknown. Empty otherwise.',
        resolve: errorsOf,
      }),
    }),
  });
  const Input = actionInput(`${Name}Input`, 'Task');
  builder.mutationField(text.field, (t) =>
    t.field({
      type: Payload,
      description: text.description,
      args: { input: t.arg({ type: Input, required: true, description: 'Which task.' }) },
      resolve: (_root, { input }, ctx) => take(text.action, 'task', input, ctx),
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

function errorsOf({ error }: ActionResult) {
  return error === null ? [] : [failureOf(error)];
}
