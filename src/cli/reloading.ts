import type { Logger } from 'pino';
import type { LoadedConfig } from '../config/config.ts';
import { ConfigError } from '../config/problem.ts';
import type { RunningGridweave } from '../server/start.ts';

export interface ReloadingDeps {
  readonly running: Pick<RunningGridweave, 'reload'>;
  /** Reads the configuration and its secrets anew. Throws a ConfigError. */
  readonly read: () => LoadedConfig;
  readonly log: Logger;
}

/** Reads the configuration anew when it is asked to: never two at a time, and once more for all that asked meanwhile. */
export class Reloading {
  readonly #deps: ReloadingDeps;
  #running = false;
  #again: string | null = null;

  constructor(deps: ReloadingDeps) {
    this.#deps = deps;
  }

  /** `why`: for the log. Never rejects. */
  async ask(why: string): Promise<void> {
    if (this.#running) {
      this.#again = why;
      return;
    }
    this.#running = true;
    try {
      for (let cause: string | null = why; cause !== null; cause = this.#again) {
        this.#again = null;
        await this.#reload(cause);
      }
    } finally {
      this.#running = false;
    }
  }

  async #reload(why: string): Promise<void> {
    const { running, read, log } = this.#deps;
    log.info({ why }, 'reading the configuration anew');
    try {
      const config = read();
      for (const warning of config.warnings) log.warn(warning);
      await running.reload(config);
    } catch (error) {
      if (!(error instanceof ConfigError)) {
        log.error({ err: error }, 'the configuration could not be taken over: the one before stays in force');
        return;
      }
      for (const { path, line, column, message, fix } of error.problems) {
        log.error({ path, line, column, fix }, message);
      }
      log.error(
        { problems: error.problems.length },
        `${error.source} cannot be used: the configuration before stays in force`,
      );
    }
  }
}
