import { z } from 'zod';

/**
 * Where the operations are. Only `POST job-create` is documented for Charity Engine itself, and `GET jobs/{ids}` for a
 * sibling that runs the same software; the other paths are guesses (nobody has seen the vendor's definition of its API),
 * which is why every part of them can be configured.
 */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the base URL, without a slash at its start. `{ids}` stands for the ids, separated by commas. */
  readonly path: string;
  /** `body`: the secret as the member `authenticator` of the JSON body. `bearer`: `Authorization: Bearer …`. */
  readonly auth: 'body' | 'bearer' | 'body+bearer' | 'none';
  /** What holds the ids when the path does not: a member of the body, or for GET a query parameter. */
  readonly idsField: string;
}

export interface Endpoints {
  readonly create: Endpoint;
  readonly status: Endpoint;
  /** Null where no way to cancel is configured: which one exists is unknown. */
  readonly cancel: Endpoint | null;
}

const IDS = 'ids';
const resourceStatus: Endpoint = { method: 'GET', path: 'jobs/{ids}', auth: 'bearer', idsField: IDS };

function call(path: string, auth: Endpoint['auth'] = 'body'): Endpoint {
  return { method: 'POST', path, auth, idsField: IDS };
}

export type Preset = 'hybrid' | 'resource' | 'rpc';

/** The three ways in which the service may be reached; the first is the best supported by what is documented. */
export const PRESETS: Readonly<Record<Preset, Endpoints>> = {
  hybrid: { create: call('job-create'), status: resourceStatus, cancel: null },
  resource: { create: call('jobs', 'bearer'), status: resourceStatus, cancel: null },
  rpc: { create: call('job-create'), status: call('job-query'), cancel: call('job-cancel') },
};

/** Segments of letters, digits and `._~-`, or `{ids}`, with single slashes between them. */
const PATH = /^(?!.*\{ids\}.*\{ids\})(?:[\w.~-]+|\{ids\})(?:\/(?:[\w.~-]+|\{ids\}))*$/;

/** What an operator may change of one endpoint. What is absent stays as the preset has it. */
export const endpointSettings = z
  .strictObject({
    method: z.enum(['GET', 'POST', 'DELETE']).optional().describe('The HTTP method.'),
    path: z
      .string()
      .max(200)
      .regex(PATH)
      .refine((path) => path.split('/').every((part) => part !== '.' && part !== '..'), {
        message: 'holds "." or ".."',
        params: { fix: 'Write the path without them.' },
      })
      .optional()
      .describe('Below the base URL, without a slash at its start; `{ids}` stands for the ids.'),
    auth: z
      .enum(['body', 'bearer', 'body+bearer', 'none'])
      .optional()
      .describe('Where the credential goes: into the body as `authenticator`, into the header, both, or nowhere.'), // prettier-ignore
    idsField: z
      .string()
      .regex(/^[A-Za-z_]\w{0,63}$/)
      .optional()
      .describe('The body’s member, or for GET the query parameter, that holds the ids when the path does not.'), // prettier-ignore
  })
  .optional();

type Override = z.output<typeof endpointSettings>;

export interface EndpointOverrides {
  readonly create?: Override;
  readonly status?: Override;
  readonly cancel?: Override;
}

/** A preset with the operator's changes. */
export function endpointsOf(preset: Preset, overrides: EndpointOverrides): Endpoints {
  const { create, status, cancel } = PRESETS[preset];
  return {
    create: changed(create, overrides.create),
    status: changed(status, overrides.status),
    cancel:
      cancel === null && overrides.cancel === undefined
        ? null
        : changed(cancel ?? PRESETS.rpc.cancel ?? create, overrides.cancel),
  };
}

function changed(endpoint: Endpoint, override: Override): Endpoint {
  return {
    method: override?.method ?? endpoint.method,
    path: override?.path ?? endpoint.path,
    auth: override?.auth ?? endpoint.auth,
    idsField: override?.idsField ?? endpoint.idsField,
  };
}

/** What is wrong with an endpoint as a whole; null when nothing is. */
export function endpointProblem(name: keyof Endpoints, { method, path, auth }: Endpoint): string | null {
  if (name === 'create' && (method !== 'POST' || path.includes('{ids}'))) {
    return 'must be a POST without ids: it submits jobs';
  }
  return method === 'GET' && auth.includes('body')
    ? 'puts the credential into the body, and a GET has none'
    : null;
}
