import { z } from 'zod';
import { endpointProblem, endpointSettings, endpointsOf } from './endpoints.ts';
import { isJobId } from './keys.ts';

const jobId = z.string().refine(isJobId, {
  message: 'is not a job id',
  params: { fix: 'Write the id as the service gave it, one to an entry.' },
});

/** What an operator may set for one Charity Engine connection, beside its URL and its credential. */
export const settingsSchema = z
  .strictObject({
    preset: z
      .enum(['hybrid', 'resource', 'rpc'])
      .default('hybrid')
      .describe(
        'Which style of endpoints is called: `resource` (jobs/{ids}, bearer header), `rpc` (job-query, authenticator in the body), or `hybrid` (submits by `rpc`, reads by `resource`). The vendor’s API is a draft; `gridweave check` tells whether a style answers.',
      ),
    endpoints: z
      .strictObject({
        create: endpointSettings.describe('Where jobs are submitted.'),
        status: endpointSettings.describe('Where the states of jobs are read, many at once.'),
        cancel: endpointSettings.describe('Where jobs are cancelled. Only `rpc` has a guess at it.'),
      })
      .prefault({})
      .describe('Changes to single endpoints of the preset. `create` and `cancel` are for acting on jobs.'),
    account: z
      .string()
      .regex(/^[\p{L}\p{N}](?:[\p{L}\p{N} ._@-]{0,98}[\p{L}\p{N}])?$/u)
      .default('default')
      .describe(
        'What the account is called: the one project of this connection. Part of its id, so keep it stable.',
      ),
    jobIds: z
      .array(jobId)
      .max(10_000)
      .default([])
      .describe(
        'Jobs that were submitted elsewhere and are to be shown. Charity Engine cannot list the jobs of an account.',
      ),
    jobs: z
      .array(
        z.strictObject({
          id: jobId.describe('Its id.'),
          name: z.string().min(1).max(200).optional().describe('What to call it. When absent: its id.'),
          submittedAt: z.iso
            .datetime({ offset: true })
            .optional()
            .describe('When it was submitted: its place in lists. When absent: when the gateway started.'),
        }),
      )
      .max(10_000)
      .default([])
      .describe('The same as `jobIds`, with what the submitter remembers and the service does not tell.'),
    idsPerStatus: z
      .int()
      .min(1)
      .max(500)
      .default(100)
      .describe(
        'How many jobs one status call asks for at most. The service’s own maximum is not documented.',
      ),
    maxKnownJobs: z
      .int()
      .min(1)
      .max(100_000)
      .default(10_000)
      .describe('How many jobs the gateway keeps in mind; the oldest are forgotten first.'),
  })
  .superRefine(({ preset, endpoints, jobIds, jobs, maxKnownJobs }, ctx) => {
    for (const [name, endpoint] of Object.entries(endpointsOf(preset, endpoints))) {
      const problem = endpoint === null ? null : endpointProblem(endpoint);
      if (problem !== null)
        ctx.addIssue({
          code: 'custom',
          path: ['endpoints', name],
          message: problem,
          params: { fix: 'Use auth "bearer", or method "POST".' },
        });
    }
    if (new Set([...jobIds, ...jobs.map((job) => job.id)]).size > maxKnownJobs) {
      ctx.addIssue({
        code: 'custom',
        path: ['jobIds'],
        message: 'holds more jobs than maxKnownJobs',
        params: { fix: 'Raise maxKnownJobs, or name fewer jobs.' },
      });
    }
  })
  .prefault({});

export type CharityEngineSettings = z.output<typeof settingsSchema>;
