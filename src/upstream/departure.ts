import { GridweaveError } from '../model/errors.ts';
import type { Interceptor } from './call.ts';

/** Whether anything of a call may have been written to a connection. Shared by all its copies and attempts. */
export interface Departure {
  mayHaveLeft: boolean;
}

/** The same error, saying that the request never left. A copy: a caller's cancellation gives one reason to many calls. */
export function neverLeft(error: GridweaveError): GridweaveError {
  return new GridweaveError(error.code, error.message, { ...error.details, sent: false });
}

/**
 * Marks the errors of calls that never reached a connection with `sent: false`, whatever stopped them: deadline, limiter,
 * breaker, budget, a token that could not be had, a connection that was not made. Whoever joined somebody else's read is
 * not told.
 */
export const tellDeparture: Interceptor = (next) => async (call) => {
  try {
    return await next(call);
  } catch (error) {
    if (call.departure.mayHaveLeft || !(error instanceof GridweaveError)) throw error;
    throw neverLeft(error);
  }
};
