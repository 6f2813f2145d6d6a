import { GridweaveError } from '../model/errors.ts';
import type { JobRecord } from '../model/records.ts';
import { epochMs } from '../model/time.ts';
import { builder } from './builder.ts';
import { JobType } from './job.ts';
import { ApiErrorType } from './source-report.ts';

const MAX_IMPORTS = 200;

const JobImportInput = builder.inputType('JobImport', {
  description:
    'A job that was made elsewhere, with what its submitter remembers and the provider does not tell.',
  fields: (t) => ({
    nativeId: t.string({ required: true, description: 'The id the provider gave it.' }),
    name: t.string({ description: 'What to call it. Absent: its id.' }),
    submittedAt: t.field({ type: 'DateTime', description: 'Its place in lists. Absent: now.' }),
  }),
});

const ImportJobsInput = builder.inputType('ImportJobsInput', {
  description: 'Which jobs to take up.',
  fields: (t) => ({
    provider: t.string({ required: true, description: 'The key of a provider with Capabilities.imports.' }),
    jobs: t.field({
      type: [JobImportInput],
      required: true,
      description: `The jobs: 1 to ${String(MAX_IMPORTS)}.`,
    }),
  }),
});

interface Refused {
  readonly nativeId: string;
  readonly error: GridweaveError;
}

const RefusedImportType = builder.objectRef<Refused>('RefusedImport').implement({
  description: 'A job that was not taken up.',
  fields: (t) => ({
    nativeId: t.exposeString('nativeId', { description: 'Its id, as it was given.' }),
    error: t.field({ type: ApiErrorType, description: 'Why not.', resolve: ({ error }) => ({ error }) }),
  }),
});

interface Imported {
  readonly jobs: readonly JobRecord[];
  readonly refused: readonly Refused[];
}

const ImportJobsPayloadType = builder.objectRef<Imported>('ImportJobsPayload').implement({
  description: 'What became of an import.',
  fields: (t) => ({
    jobs: t.field({
      type: [JobType],
      description: 'The jobs that lists hold from now on, or held already.',
      resolve: (payload) => [...payload.jobs],
    }),
    refused: t.field({
      type: [RefusedImportType],
      description: 'The jobs that the provider did not confirm.',
      resolve: (payload) => [...payload.refused],
    }),
  }),
});

builder.mutationType({
  description: 'Everything that changes something. One after the other, in the order they stand in.',
  fields: (t) => ({
    importJobs: t.field({
      type: ImportJobsPayloadType,
      description:
        'Shows jobs of a provider that cannot list what there is. Only the gateway’s memory changes, nothing at the provider; the configuration is the place for what must outlive a restart.',
      args: {
        input: t.arg({ type: ImportJobsInput, required: true, description: 'Which jobs to take up.' }),
      },
      resolve: async (_root, { input }, ctx): Promise<Imported> => {
        const provider = ctx.read.providers.get(input.provider);
        if (provider === null) {
          throw new GridweaveError('NOT_FOUND', `No provider has the key "${input.provider}".`, {
            field: 'input.provider',
          });
        }
        if (input.jobs.length < 1 || input.jobs.length > MAX_IMPORTS) {
          throw new GridweaveError('INVALID_ARGUMENT', `"jobs" must hold 1 to ${String(MAX_IMPORTS)} jobs.`, {
            field: 'input.jobs',
          });
        }
        if (ctx.read.viewer.reach('operate', provider.key) !== 'ALL') {
          throw new GridweaveError(
            'NOT_PERMITTED',
            'This needs the scope "operate" at all of the provider.',
            {
              provider: provider.key,
            },
          );
        }
        const { adapter } = provider;
        if (adapter.importJobs === undefined) {
          throw new GridweaveError(
            'UNSUPPORTED_OPERATION',
            'This provider lists its jobs itself: there is nothing to import.',
            {
              provider: provider.key,
            },
          );
        }
        const { found, missing } = await adapter.importJobs(
          input.jobs.map(({ nativeId, name, submittedAt }) => ({
            id: nativeId,
            name: name ?? null,
            submittedAt: submittedAt == null ? null : epochMs(submittedAt.getTime()),
          })),
          ctx.read.call,
        );
        return {
          jobs: [...found.values()],
          refused: [...missing].map(([nativeId, error]) => ({ nativeId, error })),
        };
      },
    }),
  }),
});
