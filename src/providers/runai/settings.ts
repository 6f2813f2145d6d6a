import { z } from 'zod';

const CLUSTER_ID = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
const clusterId = z.string().regex(CLUSTER_ID, 'must be the uuid of a cluster');

/** Whether a text can be the id of a cluster. */
export function isClusterId(text: string): boolean {
  return CLUSTER_ID.test(text);
}

function isPlainUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return (
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    url.username + url.password + url.search + url.hash === ''
  );
}

/** What an operator may set for one Run:ai connection, beside its URL and its credential. */
export const settingsSchema = z
  .strictObject({
    mode: z
      .enum(['control-plane', 'researcher'])
      .default('control-plane')
      .describe(
        'Which API the url leads to: the control plane (one for all clusters of a tenant), or the old Researcher service of one cluster.',
      ),
    cluster: clusterId
      .optional()
      .describe('Control plane: show this cluster alone. When absent: all clusters of the tenant.'),
    version: z
      .string()
      .regex(/^2\.\d{1,3}$/, 'must be a version such as "2.21"')
      .optional()
      .describe('Version of the control plane, such as "2.21". When absent: found out by what it answers.'),
    nodePools: z
      .boolean()
      .default(true)
      .describe('Control plane: show node pools as compute nodes of the kind AGGREGATE.'),
    nodeTelemetry: z
      .boolean()
      .default(true)
      .describe(
        'Control plane: read what nodes have and what of it is in use, which costs five more calls per list of nodes.',
      ),
    sweepRows: z
      .int()
      .min(500)
      .max(200_000)
      .default(20_000)
      .describe('The most workloads, and the most pods, that one full sweep for changes reads.'),
    defaultProject: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]{0,127}$/, 'must be the id of a project')
      .optional()
      .describe('Control plane: id of the project that work goes to when a submission names none.'),
    cancelBy: z
      .enum(['delete', 'suspend'])
      .default('delete')
      .describe(
        'Control plane: what cancelling does. delete: the workload ends for good, and can be read as a deleted one. suspend: it keeps its place and its history, frees its resources, and anybody can resume it; services are deleted either way.',
      ),
    uniqueNames: z
      .boolean()
      .default(true)
      .describe(
        'Control plane: whether it refuses a second workload of the same name in a project, which no documentation says. With false, submissions rely on looking the name up.',
      ),
    visibleAfterMs: z
      .int()
      .min(0)
      .max(600_000)
      .default(5_000)
      .describe('Control plane: how long a new workload may be missing in its lists.'),
    settleMs: z
      .int()
      .min(0)
      .max(3_600_000)
      .default(60_000)
      .describe(
        'Control plane, with uniqueNames: false: how long a submission that was never answered may still take effect.',
      ),
    tokenEndpoint: z
      .enum(['auto', 'v2', 'v1', 'v1-app', 'keycloak'])
      .default('auto')
      .describe(
        'Where the client id and secret are exchanged for tokens. auto: the newest that exists; keycloak takes part when there is a realm.',
      ),
    tokenUrl: z
      .string()
      .max(2048)
      .refine(isPlainUrl, 'must be an http or https URL without credentials, query or fragment')
      .optional()
      .describe('Where tokens are exchanged, if not at the url: the control plane, for the Researcher mode.'),
    tokenField: z
      .enum(['access_token', 'id_token'])
      .default('access_token')
      .describe('Which of the exchanged tokens is sent. Old cluster services may want the id_token.'),
    realm: z
      .string()
      .regex(/^[\w.-]{1,100}$/)
      .optional()
      .describe('Keycloak realm of installations before 2.18; the settings page of the UI shows it.'),
    researcherPath: z
      .string()
      .regex(/^(?:\/[\w.-]+)*$/, 'must be empty or a path such as "/researcher"')
      .default('/researcher')
      .describe('Researcher: what stands before every path. Empty where the service is reached directly.'),
    researcherUser: z
      .string()
      .regex(/^[\x21-\x7e]{1,200}$/)
      .optional()
      .describe('Researcher without authentication: the user name that is sent along.'),
    projects: z
      .array(z.string().min(1).max(200))
      .default([])
      .describe('Researcher: names of the projects that are read. Empty: all.'),
  })
  .prefault({});

export type RunaiSettings = z.output<typeof settingsSchema>;
