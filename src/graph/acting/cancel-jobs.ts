import { GridweaveError } from '../../model/errors.ts';
import type { JobRecord } from '../../model/records.ts';
import type { ItemOutcome } from '../../act/act-event.ts';
import type { BulkResult } from '../../act/bulk-cancel.ts';
import { builder } from '../builder.ts';
import { JobFilterInput, toFilter } from '../filters.ts';
import { JobType } from '../job.ts';
import { SourceReportType } from '../source-report.ts';
import { ActErrorUnion, failureOf } from './user-error.ts';

const BulkItemOutcomeEnum = builder.enumType('BulkItemOutcome', {
  description: 'What became of one object of a bulk action.',
  values: {
    DONE: { description: 'The provider does it.' },
    ALREADY: { description: 'It was so before.' },
    REFUSED: { description: 'Nothing was changed; `error` says why.' },
    UNKNOWN: { description: 'The provider did not say.' },
    PLANNED: { description: 'A dry run: it would be done.' },
  } as const,
});

export const BulkItemType = builder.objectRef<ItemOutcome>('BulkItem').implement({
  description: 'One object of a bulk action.',
  fields: (t) => ({
    job: t.field({
      type: JobType,
      description: 'The job as it is seen now.',
      resolve: ({ record }) => record as JobRecord,
    }),
    outcome: t.expose('outcome', { type: BulkItemOutcomeEnum, description: 'What became of it.' }),
    error: t.field({
      type: ActErrorUnion,
      nullable: true,
      description: 'Why it was refused, or is unknown. Null otherwise.',
      resolve: ({ error }) => (error === null ? null : failureOf(error)),
    }),
  }),
});

const CancelJobsInput = builder.inputType('CancelJobsInput', {
  description: 'Which jobs to cancel.',
  fields: (t) => ({
    filter: t.field({
      type: JobFilterInput,
      required: true,
      description:
        'Which jobs. States that are ends, and CANCELLING, never match. An empty filter matches every job.',
    }),
    limit: t.int({ required: true, description: 'Cancel at most so many, the newest first.' }),
    dryRun: t.boolean({ defaultValue: false, description: 'Only list what would be cancelled.' }),
    reason: t.string({ description: 'Why, for other users of the provider, where it has room for it.' }),
    bulkId: t.string({
      description:
        'Names this action in `actEvents`, for a caller who listens before it begins. Absent: a new name.',
    }),
  }),
});

const CancelJobsPayload = builder.objectRef<BulkResult>('CancelJobsPayload').implement({
  description: 'What became of each job.',
  fields: (t) => ({
    bulkId: t.exposeString('bulkId', { description: 'Names this action in `actEvents`.' }),
    items: t.field({
      type: [BulkItemType],
      description: 'The jobs that matched, newest first, each with what became of it.',
      resolve: ({ items }) => [...items],
    }),
    more: t.exposeBoolean('more', {
      description: 'More jobs may match: the limit was reached, or a provider could not be read to its end.',
    }),
    sources: t.field({
      type: [SourceReportType],
      description: 'How completely the jobs could be listed.',
      resolve: ({ sources }) => [...sources],
    }),
  }),
});

builder.mutationField('cancelJobs', (t) =>
  t.field({
    type: CancelJobsPayload,
    description:
      'Cancels every job that a filter matches, a limited number at a time. Each is answered by itself: one that cannot be cancelled does not keep the others. Progress comes as `actEvents`.',
    args: { input: t.arg({ type: CancelJobsInput, required: true, description: 'Which jobs.' }) },
    resolve: (_root, { input }, ctx) => {
      const most = ctx.act.maxBulk;
      if (input.limit < 1 || input.limit > most) {
        throw new GridweaveError('INVALID_ARGUMENT', `"limit" must be from 1 to ${String(most)}.`, {
          field: 'input.limit',
        });
      }
      return ctx.act.cancelMany(
        {
          filter: toFilter('job', input.filter, ctx),
          limit: input.limit,
          dryRun: input.dryRun ?? false,
          reason: input.reason ?? null,
          bulkId: input.bulkId ?? null,
        },
        ctx.caller,
      );
    },
  }),
);
