import { isObject } from '../wire/json.ts';
import type { ComputeLaunchAnswer } from './compute-launch.ts';

const MAX_BYTES = 65_536;

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let left = MAX_BYTES;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk.subarray(0, left));
    left -= chunk.length;
    // Leaving the loop ends the connection; there is nothing more to learn from it.
    if (left <= 0) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Reads what an endpoint answered to the callback: `count` as an integer of 0 or more, `error` as text. */
export async function readAnswer(response: Response): Promise<ComputeLaunchAnswer> {
  const body = await textOf(response);
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    answer = null;
  }
  const { count, error } = isObject(answer) ? answer : {};
  return {
    status: response.status,
    count: typeof count === 'number' && Number.isInteger(count) && count >= 0 ? count : null,
    error: typeof error === 'string' ? error : null,
    body,
  };
}
