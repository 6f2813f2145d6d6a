/**
 * The sandbox's own paths, never under the API's prefix: `GET /_emulator/known-ids?newest=20` tells ids that a gateway
 * can be configured with, and `POST /_emulator/compute-launch` sends the vendor's callback and shows what came back.
 */
import { GridweaveError } from '../../../model/errors.ts';
import type { EmulatorRequest, EmulatorResponse } from '../../http.ts';
import { sendComputeLaunch } from '../callback/compute-launch.ts';
import type { Installation } from '../installation.ts';
import { knownIds } from '../known-ids.ts';
import type { JsonObject } from '../wire/json.ts';
import { readBodyObject } from '../wire/body.ts';
import { Refusal } from '../wire/refusal.ts';
import { noSuchPage } from './pages.ts';

const DEFAULT_NEWEST = 20;

function json(status: number, value: unknown): EmulatorResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body: `${JSON.stringify(value)}\n`,
  };
}

export async function answerSandboxCall(
  { world, mutation }: Installation,
  request: EmulatorRequest,
): Promise<EmulatorResponse> {
  const [, subject, extra] = request.segments;
  if (extra !== undefined) return noSuchPage();
  if (subject === 'known-ids' && request.method === 'GET') {
    const newest = Number(request.query.get('newest') ?? DEFAULT_NEWEST);
    if (!Number.isInteger(newest)) return json(400, { error: '"newest" must be an integer.' });
    return json(200, { ids: knownIds(world, newest, mutation) });
  }
  if (subject !== 'compute-launch' || request.method !== 'POST') return noSuchPage();
  try {
    // A web page can send a body of another type to a loopback port; it cannot send JSON without being allowed to.
    return await launch(readBodyObject(request, true));
  } catch (error) {
    if (error instanceof Refusal) return json(400, { error: 'Send a JSON object as application/json.' });
    if (error instanceof GridweaveError) return json(502, { error: error.message });
    throw error;
  }
}

async function launch({ url, basic, ...payload }: JsonObject): Promise<EmulatorResponse> {
  if (typeof url !== 'string') return json(400, { error: '"url" must be the address to call.' });
  if (basic !== undefined && typeof basic !== 'string') {
    return json(400, { error: '"basic" must be text: the user, a colon and the password.' });
  }
  const colon = basic?.indexOf(':') ?? -1;
  const credential =
    basic === undefined
      ? {}
      : { user: basic.slice(0, colon < 0 ? undefined : colon), password: basic.slice(colon + 1) };
  return json(200, await sendComputeLaunch({ url, ...credential, payload }));
}
