import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventLog } from '../../src/live/event-log.ts';
import { openFileLog } from '../../src/live/log/file-log.ts';
import type { LogSetup, StartedLog } from './case.ts';
import type { ClosableLogTarget } from './run.ts';

/** The log with files, each in a directory of its own. */
export function fileTarget(): ClosableLogTarget {
  const logs: EventLog[] = [];
  const directories: string[] = [];
  const openIn = async (directory: string, setup: LogSetup): Promise<StartedLog> => {
    const log = await openFileLog({ ...setup, directory });
    logs.push(log);
    return {
      log,
      async restart() {
        await log.close();
        return openIn(directory, setup);
      },
    };
  };
  return {
    name: 'file',
    keeps: true,
    async start(setup = {}) {
      const directory = await mkdtemp(join(tmpdir(), 'gridweave-log-'));
      directories.push(directory);
      return openIn(directory, setup);
    },
    async closeStarted() {
      await Promise.all(logs.splice(0).map((log) => log.close()));
      await Promise.all(directories.splice(0).map((path) => rm(path, { recursive: true })));
    },
  };
}
