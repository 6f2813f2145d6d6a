import type { Logger } from 'pino';

/** Told of what nobody foresaw, with the id of the request in which it came up where there is one. */
export type OnFault = (fault: unknown, requestId?: string) => void;

/** Writes faults to the log. */
export function faultsTo(log: Logger): OnFault {
  return (fault, requestId) => {
    const line = requestId === undefined ? log : log.child({ requestId });
    line.error({ err: fault }, 'unexpected fault');
  };
}
