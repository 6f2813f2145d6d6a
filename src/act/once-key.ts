import type { Refusal } from './outcome.ts';
import { Problems } from './problems.ts';

const MAX_KEY = 255;

/** What is wrong with an idempotency key. Empty when nothing is. */
export function checkKey(key: string): readonly Refusal[] {
  const found = new Problems();
  found.text(['idempotencyKey'], key, MAX_KEY);
  return found.list.map((problem) => ({ type: 'INVALID_FIELD', problem }));
}
