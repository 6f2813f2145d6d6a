import { GridweaveError } from '../../../model/errors.ts';
import type { JobRecord } from '../../../model/records.ts';
import type { CallContext } from '../../../upstream/types.ts';
import type { SubmissionStamp, SubmitAnswer, SubmitRequest } from '../../acting.ts';
import { textOf } from '../../reading.ts';
import { outcome, type Connection } from '../connection.ts';
import { jobRecord } from '../map-workload.ts';
import { failureIn, failureOf, isAccepted, isDuplicate } from './answers.ts';
import { objectIn, type WriteApi } from './calls.ts';
import { rowOfTyped } from './created.ts';
import type { Draft, Json } from './draft.ts';
import { withStamp } from './labels.ts';
import { nameOf } from './naming.ts';
import { translate } from './request.ts';

/** What the parts that write work with. */
export interface Writing {
  readonly connection: Connection;
  readonly api: WriteApi;
}

/** One create call, ready to be sent. */
export interface CreateCall {
  readonly kind: Draft['kind'];
  readonly name: string;
  readonly projectId: string;
  readonly clusterId: string;
  readonly beside: Json;
  readonly spec: Json;
  /** Values of variables, which must not come back in the provider's words. */
  readonly hidden: readonly string[];
  /** Looks for what was made, where the answer does not say. */
  readonly look: () => Promise<readonly JobRecord[]>;
}

/** Submits a request that has passed `plan`. */
export async function submit(
  writing: Writing,
  request: SubmitRequest,
  stamp: SubmissionStamp,
  look: CreateCall['look'],
  ctx: CallContext,
): Promise<SubmitAnswer> {
  const { draft } = translate(request, writing.connection.settings);
  let clusterId: string;
  try {
    clusterId = draft.clusterId ?? (await clusterOfProject(writing.connection, draft.projectId, ctx));
  } catch (error) {
    // Only a read failed: nothing was sent that could take effect.
    return { outcome: 'REFUSED', error: failureOf(error).error };
  }
  const { name, env } = request.spec;
  return create(
    writing,
    {
      ...draft,
      clusterId,
      name: nameOf(name, stamp),
      spec: withStamp(draft.spec, stamp, name),
      hidden: env.map(({ value }) => value),
      look,
    },
    ctx,
  );
}

/** Sends a create call, once. */
export async function create(
  { connection, api }: Writing,
  { kind, beside, spec, hidden, look, ...envelope }: CreateCall,
  ctx: CallContext,
): Promise<SubmitAnswer> {
  const { provider } = connection;
  const { name, projectId, clusterId } = envelope;
  let response;
  try {
    response = await api.create(kind, { name, projectId, clusterId, ...beside, spec }, ctx);
  } catch (error) {
    return failureOf(error);
  }
  if (!isAccepted(response)) {
    return isDuplicate(response) ? { outcome: 'EXISTS' } : failureIn(response, provider, hidden);
  }
  const wire = objectIn(response);
  const row = wire === null ? null : rowOfTyped(wire, kind, spec, response.receivedAt);
  if (row === null) return accepted(provider, look);
  connection.seen.note([row]);
  return created([jobRecord(provider, row)]);
}

/** It was taken, and the answer does not say as what: the list may show it already. */
async function accepted(provider: Connection['provider'], look: CreateCall['look']): Promise<SubmitAnswer> {
  const records = await outcome(look);
  if (!(records instanceof GridweaveError) && records.length > 0) return created(records);
  return {
    outcome: 'UNKNOWN',
    error: new GridweaveError(
      'PROVIDER_PROTOCOL',
      `Provider "${provider}" accepted the submission without saying what it made of it.`,
      { provider },
    ),
  };
}

function created(records: readonly JobRecord[]): SubmitAnswer {
  return { outcome: 'CREATED', records, memo: null, warnings: [] };
}

/** A project belongs to exactly one cluster, which a create call wants all the same. */
async function clusterOfProject(
  { api, provider }: Connection,
  projectId: string,
  ctx: CallContext,
): Promise<string> {
  const project = await api.project(projectId, ctx);
  if (project === null) {
    throw new GridweaveError('NOT_FOUND', `Provider "${provider}" has no project "${projectId}".`, { provider, field: 'project' }); // prettier-ignore
  }
  const clusterId = textOf(project.wire['clusterId']);
  if (clusterId === null) {
    throw new GridweaveError('PROVIDER_PROTOCOL', `Provider "${provider}" does not say which cluster the project is on: name its clusterId in the extension.`, { provider, field: 'extensions.runai.clusterId' }); // prettier-ignore
  }
  return clusterId;
}
