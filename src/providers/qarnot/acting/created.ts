import { GridweaveError } from '../../../model/errors.ts';
import type { JobRecord, TaskRecord } from '../../../model/records.ts';
import { epochMs, type EpochMs } from '../../../model/time.ts';
import type { UpstreamResponse } from '../../../upstream/types.ts';
import type { SubmitAnswer } from '../../acting.ts';
import { isWire, type Wire } from '../../reading.ts';
import type { Connection } from '../connection.ts';
import { isoSecond } from '../filter.ts';
import { implicitJobRecord } from '../map-job.ts';
import { taskRecord } from '../map-task.ts';
import { camelKeys, decodeTask, guidOf, LAST_TIME_MS } from '../wire.ts';
import { sentOnce } from './answers.ts';

/** How a new task becomes a job: one of its own, or the job it was put into. */
export type JobOfTask = (task: TaskRecord) => JobRecord;

export const ownJob: JobOfTask = implicitJobRecord;

/**
 * Which 4xx mean that the shortname is taken: the code is unverified, the word stands in an example of the OpenAPI document
 * under a 400. Ours is always well-formed, so that no other fault of it can be meant.
 */
const DUPLICATE_STATUS = new Set([400, 403, 409, 422]);
const DUPLICATE = /short[\s_-]?name|already (?:exists|in use|taken|used)/i;

/** Sends a create, and makes of its answer what is known of the new task. `fields` is what the task was made of. */
export async function createdBy(
  connection: Connection,
  call: Promise<UpstreamResponse>,
  fields: Wire,
  secrets: readonly string[],
  jobOf: JobOfTask,
): Promise<SubmitAnswer> {
  const { provider } = connection;
  const sent = await sentOnce(provider, call, secrets);
  if (sent.outcome === 'REFUSED') {
    const { error, refusal } = sent;
    const duplicate =
      refusal !== null && DUPLICATE_STATUS.has(refusal.status) && DUPLICATE.test(refusal.message);
    return duplicate && error.code !== 'QUOTA_EXCEEDED'
      ? { outcome: 'EXISTS' }
      : { outcome: 'REFUSED', error };
  }
  if (sent.outcome === 'UNKNOWN') return sent;
  const { response } = sent;
  const uuid = isWire(response.body) ? guidOf(camelKeys(response.body)['uuid']) : null;
  if (uuid === null) {
    const error = new GridweaveError(
      'PROVIDER_PROTOCOL',
      `Provider "${provider}" accepted a task and did not say which.`,
      { provider, upstream: { status: response.status } },
    );
    return { outcome: 'UNKNOWN', error };
  }
  const task = newTask(connection, uuid, fields, response);
  return { outcome: 'CREATED', records: [jobOf(task)], memo: null, warnings: [] };
}

/**
 * The task as the service would show it now. Its project is not known here when it was not named: only the account could
 * tell, and nothing that can fail may come after a create.
 */
function newTask(
  { provider, settings }: Connection,
  uuid: string,
  fields: Wire,
  response: UpstreamResponse,
): TaskRecord {
  const now = isoSecond(Math.floor(providerTime(response) / 1000));
  const wire = {
    ...fields,
    uuid,
    state: 'Submitted',
    creationDate: now,
    lastModified: now,
    stateTransitionTime: now,
  };
  return taskRecord(decodeTask(wire, response.receivedAt), {
    provider,
    defaultProject: null,
    poolsAsNodes: settings.poolsAsNodes,
  });
}

/** When the answer was given, by the service's clock where it tells a time that a task can have. */
function providerTime({ headers, receivedAt }: UpstreamResponse): EpochMs {
  const told = Date.parse(headers['date'] ?? '');
  return Number.isNaN(told) || told < 0 || told > LAST_TIME_MS ? receivedAt : epochMs(told);
}
