import { GridweaveError } from '../../../model/errors.ts';
import type { NativeKey, ProviderKey } from '../../../model/ids.ts';
import { parseTimestamp } from '../../../model/time.ts';
import { codeForStatus } from '../../../upstream/failure.ts';
import type { CallContext, UpstreamResponse } from '../../../upstream/types.ts';
import type { ActionAnswer } from '../../acting.ts';
import { listOf, numberOf, textOf, textsOf, wireOf, type Wire } from '../../reading.ts';
import { outcome } from '../connection.ts';
import { phaseWord } from '../words.ts';
import type { Asked } from './act.ts';
import { failureIn, failureOf, isAccepted } from './answers.ts';
import { objectIn } from './calls.ts';
import type { Writing } from './submit.ts';
import { canSuspend, kindOfRecord, TYPED_KINDS } from './typed-kind.ts';

/** Acts on one workload by the endpoint of its kind: of every kind in turn, where that is not known. Null: done. */
export async function askOne(writing: Writing, asked: Asked, ctx: CallContext): Promise<ActionAnswer | null> {
  const known = kindOfRecord(asked.record);
  const kinds =
    known === null ? TYPED_KINDS.filter((kind) => asked.action === 'delete' || canSuspend(kind)) : [known];
  let answer: ActionAnswer | null = null;
  for (const kind of kinds) {
    const response = await written(() => writing.api.act(kind, asked.id, asked.action, ctx));
    if ('outcome' in response) return response;
    if (isAccepted(response)) return null;
    answer = failureIn(response, writing.connection.provider);
    // Another kind's endpoint, or one that this release lacks.
    if (response.status !== 404 && response.status !== 405) return answer;
  }
  return (await isGone(writing, asked, ctx)) ? { outcome: 'ALREADY' } : answer;
}

/**
 * Acts on many workloads with one call. Null: this release has no such call, and nothing was done. A workload that the
 * answer does not mention may have been acted on or not.
 */
export async function askBatch(
  writing: Writing,
  asked: readonly Asked[],
  ctx: CallContext,
): Promise<Map<NativeKey, ActionAnswer | null> | null> {
  const { connection, api } = writing;
  const action = asked[0]!.action;
  const response = await written(() => api.batch(asked.map(({ id }) => id), action, ctx)); // prettier-ignore
  const forAll = (answer: ActionAnswer) => new Map(asked.map(({ record }) => [record.key, answer]));
  if ('outcome' in response) return forAll(response);
  if (response.status === 404 || response.status === 405) {
    connection.release.lacks('batch');
    return null;
  }
  if (!isAccepted(response)) return forAll(failureIn(response, connection.provider));
  connection.release.has('batch');
  const body = objectIn(response) ?? {};
  const succeeded = new Set(textsOf(body['succeeded']).map((id) => id.toLowerCase()));
  const failed = new Map(
    listOf(body['failed'])
      .map(wireOf)
      .map((item) => [textOf(item['id'])?.toLowerCase(), item]),
  );
  const answers = await Promise.all(
    asked.map(async (one): Promise<[NativeKey, ActionAnswer | null]> => {
      const id = one.id.toLowerCase();
      if (succeeded.has(id)) return [one.record.key, null];
      const item = failed.get(id);
      if (item === undefined) return [one.record.key, unmentioned(connection.provider)];
      const gone = numberOf(item['code']) === 404 && (await isGone(writing, one, ctx));
      return [
        one.record.key,
        gone ? { outcome: 'ALREADY' } : failedItem(item, response, connection.provider),
      ];
    }),
  );
  return new Map(answers);
}

/** A response, or what is known without one. Where no call is left to spend, nothing was sent. */
async function written(send: () => Promise<UpstreamResponse>): Promise<UpstreamResponse | ActionAnswer> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof GridweaveError && error.code === 'CALL_BUDGET_EXCEEDED')
      return { outcome: 'REFUSED', error };
    return failureOf(error);
  }
}

/** One entry of a batch's failures, as the answer of a call of its own would be. */
function failedItem(item: Wire, { receivedAt }: UpstreamResponse, provider: ProviderKey): ActionAnswer {
  const status = numberOf(item['code']) ?? 400;
  const body = JSON.stringify({ message: textOf(item['message']) });
  return failureIn({ status: codeForStatus(status) === 'PROVIDER_PROTOCOL' ? 400 : status, headers: {}, body, receivedAt }, provider); // prettier-ignore
}

function unmentioned(provider: ProviderKey): ActionAnswer {
  const message = `Provider "${provider}" answered for other workloads, and not for this one.`;
  return { outcome: 'UNKNOWN', error: new GridweaveError('PROVIDER_PROTOCOL', message, { provider }) };
}

/** Whether a workload that is not to be found was to be deleted, and is. */
async function isGone({ connection }: Writing, { action, id }: Asked, ctx: CallContext): Promise<boolean> {
  if (action !== 'delete') return false;
  const object = await outcome(() => connection.api.workload(id, ctx, 0));
  if (object instanceof GridweaveError) return false;
  if (object === null) return true;
  return parseTimestamp(object.wire['deletedAt']) !== null || phaseWord(object.wire['phase']) === 'Deleting';
}
