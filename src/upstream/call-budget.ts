import { GridweaveError } from '../model/errors.ts';
import type { CallBudget } from './types.ts';

/** A budget of `limit` upstream calls. Retries count; shared answers do not. */
export function createCallBudget(limit: number): CallBudget {
  let spent = 0;
  return {
    take() {
      if (spent >= limit) {
        throw new GridweaveError(
          'CALL_BUDGET_EXCEEDED',
          `This operation needs more than the ${limit} calls to providers that one operation may make.`,
        );
      }
      spent += 1;
    },
    get spent() {
      return spent;
    },
    limit,
  };
}
