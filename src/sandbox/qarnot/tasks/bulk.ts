import type { Installation } from '../store/installation.ts';
import type { JsonObject, JsonValue } from '../wire/json.ts';
import { isObject } from '../wire/json.ts';
import type { Reply } from '../wire/replies.ts';
import { json, Refusal } from '../wire/replies.ts';
import { createTask } from './create.ts';

interface Outcome {
  readonly statusCode: number;
  readonly uuid: string | null;
  readonly message: string | null;
}

function createOne(installation: Installation, item: JsonValue, now: number): Outcome {
  try {
    const uuid = createTask(installation, isObject(item) ? item : {}, now);
    return { statusCode: 200, uuid, message: null };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { statusCode: error.reply.status, uuid: null, message: error.message };
  }
}

/**
 * Creates each task of an array by itself and answers in the order of submission: 207 when the outcomes differ, else
 * their common status. The body is an array whatever the status: the C# SDK reads it before it looks.
 */
export function createTasks(installation: Installation, items: readonly JsonValue[], now: number): Reply {
  const outcomes = items.map((item) => createOne(installation, item, now));
  const statuses = new Set(outcomes.map(({ statusCode }) => statusCode));
  const [common = 200] = statuses;
  const body: JsonObject[] = outcomes.map((outcome) => ({ ...outcome }));
  return json(body, statuses.size > 1 ? 207 : common);
}
