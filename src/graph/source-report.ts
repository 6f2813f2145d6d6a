import type { GridweaveError } from '../model/errors.ts';
import type { DroppedRows } from '../providers/provider.ts';
import type { SourceReport } from '../merge/source-report.ts';
import { builder } from './builder.ts';
import { SourceOutcomeEnum } from './enums.ts';
import { ProviderType } from './provider.ts';

const DroppedRowsType = builder.objectRef<DroppedRows>('DroppedRows').implement({
  description: 'Rows that a provider sent and the gateway could not read. They are missing from the answer.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'How many.' }),
    reasons: t.exposeStringList('reasons', {
      description: 'Up to a few different reasons; never their content.',
    }),
  }),
});

/** An error as a value: an Error object itself would be taken for one that was thrown. */
export interface ErrorValue {
  readonly error: GridweaveError;
}

export const ApiErrorType = builder.objectRef<ErrorValue>('ApiError').implement({
  description: 'What went wrong at a provider.',
  fields: (t) => ({
    code: t.string({
      description: 'A stable code from the error registry, such as PROVIDER_TIMEOUT.',
      resolve: ({ error }) => error.code,
    }),
    message: t.string({ description: 'For people.', resolve: ({ error }) => error.message }),
    retryable: t.boolean({
      description: 'Whether the same request may succeed later without being changed.',
      resolve: ({ error }) => error.retryable,
    }),
    retryAfterMs: t.field({
      type: 'DurationMs',
      nullable: true,
      description: 'How long to wait before the next try. Null when that is not known.',
      resolve: ({ error }) => error.details.retryAfterMs ?? null,
    }),
    upstreamStatus: t.int({
      nullable: true,
      description: 'The HTTP status of the provider’s answer. Null when there was none.',
      resolve: ({ error }) => error.details.upstream?.status ?? null,
    }),
    upstreamCode: t.string({
      nullable: true,
      description: 'The provider’s own error code. Null when it has none.',
      resolve: ({ error }) => error.details.upstream?.code ?? null,
    }),
    upstreamRequestId: t.string({
      nullable: true,
      description: 'The id under which the provider logged the call. Null when it gave none.',
      resolve: ({ error }) => error.details.upstream?.requestId ?? null,
    }),
  }),
});

export const SourceReportType = builder.objectRef<SourceReport>('SourceReport').implement({
  description:
    'One provider’s part in an answer. A provider in trouble never empties a list: its rows are missing, and this says why.',
  fields: (t) => ({
    provider: t.expose('provider', { type: ProviderType, description: 'The provider.' }),
    outcome: t.expose('outcome', { type: SourceOutcomeEnum, description: 'What became of it.' }),
    rows: t.exposeInt('rows', { description: 'How many rows of this page are its.' }),
    ageMs: t.field({
      type: 'DurationMs',
      nullable: true,
      description: 'The age of the oldest answer used. Null when none was.',
      resolve: (report, _args, ctx) =>
        report.observedAt === null ? null : Math.max(0, ctx.read.clock.now() - report.observedAt),
    }),
    pushedDown: t.stringList({
      description: 'Members of the filter that the provider applied itself.',
      resolve: (report) => [...report.pushedDown],
    }),
    filteredHere: t.stringList({
      description: 'Members of the filter that the gateway applied to what the provider sent.',
      resolve: (report) => [...report.filteredHere],
    }),
    dropped: t.expose('dropped', { type: DroppedRowsType, description: 'Rows that could not be read.' }),
    notes: t.stringList({
      description: 'What else a reader should know about this part.',
      resolve: (report) => [...report.notes],
    }),
    error: t.field({
      type: ApiErrorType,
      nullable: true,
      description: 'What went wrong. Null when nothing did.',
      resolve: ({ error }) => (error === null ? null : { error }),
    }),
  }),
});
