import { RingLog } from '../../src/live/log/ring.ts';
import type { LogSetup, StartedLog } from './case.ts';
import type { ClosableLogTarget } from './run.ts';

/** The log in memory. */
export function ringTarget(): ClosableLogTarget {
  const started: RingLog[] = [];
  const start = async (setup: LogSetup = {}): Promise<StartedLog> => {
    const log = new RingLog(setup);
    started.push(log);
    return {
      log,
      async restart() {
        await log.close();
        return start(setup);
      },
    };
  };
  return {
    name: 'ring',
    keeps: false,
    start,
    async closeStarted() {
      await Promise.all(started.splice(0).map((log) => log.close()));
    },
  };
}
