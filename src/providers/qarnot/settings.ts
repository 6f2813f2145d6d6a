import { z } from 'zod';

/** What an operator may set for one Qarnot connection, beside its URL and its token. */
export const settingsSchema = z
  .strictObject({
    pathPrefix: z
      .enum(['', '/v1'])
      .default('')
      .describe(
        'What stands before every path. The official clients use none; the OpenAPI document writes /v1.',
      ),
    pageSize: z
      .int()
      .min(10)
      .max(1000)
      .default(500)
      .describe('The most rows one call asks for. The service’s own maximum is not documented.'),
    poolsAsNodes: z
      .boolean()
      .default(true)
      .describe('Show pools, and the slots that run in them, as compute nodes. Qarnot lists no machines.'),
    maxExecutionsPerTask: z
      .int()
      .min(1)
      .max(10_000)
      .default(1000)
      .describe(
        'The most executions that are listed of one task. The counts in its status are always exact.',
      ),
    sweepRows: z
      .int()
      .min(100)
      .max(100_000)
      .default(10_000)
      .describe('The most tasks, jobs or pools that one full sweep for changes reads.'),
    containerProfile: z
      .string()
      .regex(/^[\w.-]{1,200}$/)
      .default('docker-batch')
      .describe('The profile that runs a container image when a submission names no profile.'),
    uniqueShortnames: z
      .boolean()
      .default(true)
      .describe(
        'Rely on Qarnot to refuse a second task with the same shortname, as its OpenAPI document says. Turn it off for a service that does not: submissions whose answer is lost are then looked up before they are repeated.',
      ),
  })
  .prefault({});

export type QarnotSettings = z.output<typeof settingsSchema>;
