import type { EmulatorResponse } from '../../http.ts';
import type { Installation, TrustTier } from '../installation.ts';
import { INSTANCE_TYPES } from '../instance-types.ts';
import { cancelJobs } from '../jobs/cancel.ts';
import { createJobs } from '../jobs/create.ts';
import { jobsMember } from '../jobs/document.ts';
import { queriedJobs, requestedIds } from '../jobs/ids.ts';
import type { Envelopes } from '../wire/envelope.ts';
import type { Json, JsonObject } from '../wire/json.ts';

/** One authenticated request as a handler gets it. */
export interface Call {
  readonly installation: Installation;
  readonly envelopes: Envelopes;
  /** The `{ids}` of the path; empty when it has none. */
  readonly ids: string;
  /** Empty for a request without one. */
  readonly body: JsonObject;
  /** Where the client reached this server: `http://host:port`. */
  readonly origin: string;
}

type RequestStyle = 'rpc' | 'resource';

export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Segments below the prefix; `{ids}` stands for any one. */
  readonly path: readonly string[];
  readonly style: RequestStyle;
  readonly tier: TrustTier;
  readonly handle: (call: Call) => EmulatorResponse;
}

const create =
  (style: RequestStyle) =>
  ({ installation, envelopes, body }: Call): EmulatorResponse =>
    envelopes.result(createJobs(installation, body, style));

function query(call: Call, given: Json | undefined): EmulatorResponse {
  const { installation, envelopes, origin } = call;
  const found = queriedJobs(installation, requestedIds(installation, given));
  const jobs = jobsMember(installation, found, origin);
  return installation.mutation.bareJobs ? envelopes.bare(jobs) : envelopes.result({ jobs });
}

function cancel({ installation, envelopes }: Call, given: Json | undefined): EmulatorResponse {
  cancelJobs(installation, requestedIds(installation, given));
  return envelopes.success({});
}

const instanceTypes = ({ envelopes }: Call): EmulatorResponse =>
  envelopes.success({ instanceTypes: INSTANCE_TYPES.map((type) => ({ ...type })) });

/** Every endpoint there is. None of them lists jobs: no source mentions one that does. */
export const ROUTES: readonly Route[] = [
  { method: 'POST', path: ['job-create'], style: 'rpc', tier: 'T1', handle: create('rpc') },
  {
    method: 'POST',
    path: ['job-query'],
    style: 'rpc',
    tier: 'T3',
    handle: (call) => query(call, call.body['ids']),
  },
  {
    method: 'POST',
    path: ['job-cancel'],
    style: 'rpc',
    tier: 'T3',
    handle: (call) => cancel(call, call.body['ids']),
  },
  { method: 'POST', path: ['instance-types'], style: 'rpc', tier: 'T3', handle: instanceTypes },
  { method: 'POST', path: ['jobs'], style: 'resource', tier: 'T2', handle: create('resource') },
  {
    method: 'GET',
    path: ['jobs', '{ids}'],
    style: 'resource',
    tier: 'T2',
    handle: (call) => query(call, call.ids),
  },
  {
    method: 'DELETE',
    path: ['jobs', '{ids}'],
    style: 'resource',
    tier: 'T3',
    handle: (call) => cancel(call, call.ids),
  },
  {
    method: 'POST',
    path: ['jobs', '{ids}', 'cancel'],
    style: 'resource',
    tier: 'T3',
    handle: (call) => cancel(call, call.ids),
  },
  { method: 'GET', path: ['instance-types'], style: 'resource', tier: 'T3', handle: instanceTypes },
];
