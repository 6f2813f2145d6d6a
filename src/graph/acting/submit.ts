import { GridweaveError } from '../../model/errors.ts';
import { expectId } from '../../model/ids.ts';
import type { JobRecord } from '../../model/records.ts';
import type { SubmitResult } from '../../act/outcome.ts';
import { builder } from '../builder.ts';
import type { GraphContext } from '../context.ts';
import { JobType } from '../job.ts';
import { ProviderExtensionsInput, toExtension } from './extensions.ts';
import { TaskSpecInput, toJobSpec } from './spec-input.ts';
import { ActErrorUnion, userErrorOf } from './user-error.ts';
import { FieldVerdictType } from './verdict.ts';

const SubmitOutcomeEnum = builder.enumType('SubmitOutcome', {
  description: 'What became of a submission.',
  values: {
    CREATED: { description: 'The job is there: made by this call, or by an earlier one with the same key.' },
    PLANNED: { description: 'A dry run: it would be sent.' },
    REFUSED: { description: 'Nothing was created; `errors` say why.' },
    UNKNOWN: {
      description: 'The provider did not say. The gateway keeps looking; repeating the call is safe.',
    },
  } as const,
});

const KEY =
  'Yours, 1 to 255 characters, new for each thing you want made. The same key with the same input gives the first answer again and never makes anything twice; with another input it is refused.';

const SubmitJobInput = builder.inputType('SubmitJobInput', {
  description: 'What to submit, and where.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: KEY }),
    provider: t.string({ required: true, description: 'The key of the provider.' }),
    project: t.id({ description: 'The id of a Project of that provider. Absent: its default.' }),
    spec: t.field({ type: TaskSpecInput, required: true, description: 'What to run.' }),
    extensions: t.field({
      type: ProviderExtensionsInput,
      description: 'What this kind of provider alone knows.',
    }),
    dryRun: t.boolean({
      defaultValue: false,
      description: 'Only say what would become of it: nothing is sent and the key is not used up.',
    }),
  }),
});

const RerunJobInput = builder.inputType('RerunJobInput', {
  description: 'Which job to run again.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: KEY }),
    id: t.id({ required: true, description: 'The id of a Job.' }),
    expectedRevision: t.int({
      description: 'Refuse with Conflict when the job is at another revision. Absent: whatever it is at.',
    }),
    reason: t.string({ description: 'Why, for other users of the provider, where it has room for it.' }),
  }),
});

const ReconcileSubmissionInput = builder.inputType('ReconcileSubmissionInput', {
  description: 'Which submission to look up.',
  fields: (t) => ({
    idempotencyKey: t.string({ required: true, description: 'The key it was submitted with.' }),
    provider: t.string({ required: true, description: 'The key of the provider.' }),
  }),
});

function submitPayload(name: string, description: string) {
  return builder.objectRef<SubmitResult>(name).implement({
    description,
    fields: (t) => ({
      outcome: t.expose('outcome', { type: SubmitOutcomeEnum, description: 'What became of it.' }),
      replayed: t.exposeBoolean('replayed', {
        description: 'The job was there before this call: an earlier call with the same key made it.',
      }),
      job: t.field({
        type: JobType,
        nullable: true,
        description:
          'The job. Null when there is none, when it has been deleted since, and for a repeat while its provider does not show it yet.',
        resolve: async (result, _args, ctx) => (await jobsOf(result, ctx))[0] ?? null,
      }),
      jobs: t.field({
        type: [JobType],
        description:
          'Every job that came of it: one, except where a provider makes several of one submission.',
        resolve: (result, _args, ctx) => jobsOf(result, ctx),
      }),
      verdicts: t.field({
        type: [FieldVerdictType],
        description: 'What becomes of each given field. Empty for a replay of a rerun.',
        resolve: (result) => [...result.verdicts],
      }),
      notes: t.stringList({
        description: 'What else is to be known, the provider’s warnings included.',
        resolve: (result) => [...result.notes],
      }),
      errors: t.field({
        type: [ActErrorUnion],
        description: 'Why it was refused, or is unknown: all reasons at once. Empty otherwise.',
        resolve: (result) => result.refusals.map(userErrorOf),
      }),
    }),
  });
}

const SubmitJobPayload = submitPayload('SubmitJobPayload', 'What became of a submission.');
const RerunJobPayload = submitPayload('RerunJobPayload', 'What became of a rerun.');
const ReconcileSubmissionPayload = submitPayload(
  'ReconcileSubmissionPayload',
  'What is known of a submission now.',
);

async function jobsOf(result: SubmitResult, ctx: GraphContext): Promise<JobRecord[]> {
  const { provider, keys, records } = result;
  if (provider === null) return [];
  if (records.length > 0) return [...records];
  const found = await Promise.all(
    keys.map((key) => ctx.loaders.record('job', { provider, key }, 'SubmitJobPayload.jobs').catch(absent)),
  );
  return found.filter((job) => job !== null);
}

/** A job that was deleted since is no error of the call that made it. */
function absent(error: unknown): null {
  if (error instanceof GridweaveError && error.code === 'NOT_FOUND') return null;
  throw error;
}

builder.mutationFields((t) => ({
  submitJob: t.field({
    type: SubmitJobPayload,
    description:
      'Submits a job, once for each idempotency key: a repeat after a lost answer, a restart or a double click finds the first and makes no second. Every refusal comes before anything is sent.',
    args: { input: t.arg({ type: SubmitJobInput, required: true, description: 'What and where.' }) },
    resolve: (_root, { input }, ctx) =>
      ctx.act.submit(
        {
          provider: input.provider,
          projectId: input.project ?? null,
          spec: toJobSpec(input.spec),
          extension: toExtension(input.extensions),
        },
        { idempotencyKey: input.idempotencyKey, dryRun: input.dryRun ?? false },
        ctx.caller,
      ),
  }),
  rerunJob: t.field({
    type: RerunJobPayload,
    description:
      'Runs a job again, once for each idempotency key: as a new generation of the same job, or as a new job, whichever the provider does.',
    args: { input: t.arg({ type: RerunJobInput, required: true, description: 'Which job.' }) },
    resolve: (_root, { input }, ctx) =>
      ctx.act.rerun(
        expectId(input.id, 'job', 'input.id'),
        {
          idempotencyKey: input.idempotencyKey,
          expectedRevision: input.expectedRevision ?? null,
          reason: input.reason ?? null,
        },
        ctx.caller,
      ),
  }),
  reconcileSubmission: t.field({
    type: ReconcileSubmissionPayload,
    description:
      'Finds out what became of a submission whose outcome was UNKNOWN. Looks it up at the provider and never creates anything.',
    args: {
      input: t.arg({ type: ReconcileSubmissionInput, required: true, description: 'Which submission.' }),
    },
    resolve: async (_root, { input }, ctx): Promise<SubmitResult> => {
      const provider = ctx.read.providers.get(input.provider);
      const result =
        provider === null ? null : await ctx.act.reconcile(provider, input.idempotencyKey, ctx.caller);
      return result ?? unknownKey(input.provider);
    },
  }),
}));

function unknownKey(provider: string): SubmitResult {
  const error = new GridweaveError(
    'NOT_FOUND',
    `Nothing is known here of this key at "${provider}". Repeat the submission itself with the same key: it looks before it creates.`,
    { field: 'idempotencyKey' },
  );
  return {
    outcome: 'REFUSED',
    replayed: false,
    provider: null,
    keys: [],
    records: [],
    verdicts: [],
    notes: [],
    refusals: [{ type: 'FAILED', error }],
  };
}
