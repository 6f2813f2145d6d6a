import { z } from 'zod';
import { endpointProblem, endpointSettings, endpointsOf } from './endpoints.ts';
import { isJobId } from './keys.ts';

/** What the gateway itself writes into a submission. */
const OWN_MEMBERS = ['authenticator', 'app', 'commandLine', 'specs', 'hours', 'inputFiles', 'tag'];

const memberName = z.string().regex(/^[A-Za-z_]\w{0,63}$/);
const size = z
  .int()
  .min(2 ** 20)
  .max(2 ** 50);

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
        cancel: endpointSettings.describe(
          'Where jobs are cancelled. Only `rpc` has a guess at it; without it nothing can be cancelled.',
        ),
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
    maxHours: z
      .int()
      .min(1)
      .max(8_760)
      .default(8)
      .describe(
        'How many hours a submitted job may run at most, and what is asked for where a specification says nothing. 8 is the maximum of the vendor’s own client.',
      ),
    specs: z
      .strictObject({
        vcpus: z.int().min(1).max(10_000).default(2).describe('Virtual CPUs.'),
        memoryBytes: size.default(2 * 2 ** 30).describe('Memory in bytes. Whole MB are asked for.'),
        diskBytes: size.default(4 * 2 ** 30).describe('Disk in bytes. Whole MB are asked for.'),
        networkDownload: z.number().min(0).default(0).describe('Sent as it is: its unit is not documented.'),
        networkUpload: z.number().min(0).default(0).describe('Sent as it is: its unit is not documented.'),
      })
      .prefault({})
      .describe('What submitted jobs ask for where their specification says nothing.'),
    copiesField: memberName
      .optional()
      .describe(
        'The member of a submission that says how many identical jobs to create, such as `copies`. It is not documented: without it a `count` above 1 is refused.',
      ),
    extraCreateFields: z
      .record(memberName, z.json())
      .default({})
      .describe(
        'Further members of every submission, sent as they are. For what your account needs and this gateway does not know.',
      ),
  })
  .superRefine(({ preset, endpoints, jobIds, jobs, maxKnownJobs, copiesField, extraCreateFields }, ctx) => {
    const { create, status, cancel } = endpointsOf(preset, endpoints);
    for (const [name, endpoint] of [['create', create], ['status', status], ['cancel', cancel]] as const) {
      const problem = endpoint === null ? null : endpointProblem(name, endpoint);
      if (problem !== null)
        ctx.addIssue({
          code: 'custom',
          path: ['endpoints', name],
          message: problem,
          params: { fix: name === 'create' ? 'Use method "POST", and a path without {ids}.' : 'Use auth "bearer", or method "POST".' },
        });
    } // prettier-ignore
    const taken = [...OWN_MEMBERS, ...(copiesField === undefined ? [] : [copiesField])];
    for (const name of Object.keys(extraCreateFields).filter((name) => taken.includes(name))) {
      ctx.addIssue({
        code: 'custom',
        path: ['extraCreateFields', name],
        message: 'is written by the gateway itself',
        params: { fix: 'Leave it out.' },
      });
    }
    if (copiesField !== undefined && OWN_MEMBERS.includes(copiesField)) {
      ctx.addIssue({
        code: 'custom',
        path: ['copiesField'],
        message: 'is a member with another meaning',
        params: { fix: 'Name the member that the vendor told you.' },
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
