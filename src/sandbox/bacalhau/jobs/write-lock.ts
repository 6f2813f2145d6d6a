/**
 * The job store's only write transaction. A rerun of an unknown job or version leaves it open on a real 1.9.3: from
 * then on every write waits out the server's thirty seconds and is a 503, while reads go on, until the node is killed
 * and started again. Here that is a switch, off by default.
 */
import { ServerTimeout } from '../wire/refusal.ts';

export interface WriteLock {
  /** Before a handler writes. Throws ServerTimeout once the transaction was left open. */
  take(): void;
  /** A handler returned without closing the transaction. */
  leak(): void;
}

export function createWriteLock(canLeak: boolean): WriteLock {
  let leaked = false;
  return {
    take: () => {
      if (leaked) throw new ServerTimeout('the write transaction was never closed');
    },
    leak: () => {
      leaked = canLeak;
    },
  };
}
