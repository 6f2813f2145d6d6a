import type { Logger } from 'pino';
import { loadConfig, type LoadConfigInput } from '../config/load.ts';
import { printConfig } from '../config/print.ts';
import { PROVIDER_KINDS } from '../providers/kinds.ts';
import { startGridweave, type RunningGridweave } from '../server/start.ts';
import { watchConfig } from './config-watch.ts';
import { createLogger } from './logger.ts';
import { Reloading } from './reloading.ts';

export interface ServeOptions {
  readonly config?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly printConfig?: boolean | undefined;
}

/** Reads the configuration as every command does; flags win over the environment, the environment over the file. */
export function readConfig(options: ServeOptions): ReturnType<typeof loadConfig> {
  const env: LoadConfigInput['env'] = {
    ...process.env,
    ...(options.host === undefined ? {} : { HOST: options.host }),
    ...(options.port === undefined ? {} : { PORT: String(options.port) }),
  };
  return loadConfig({ path: options.config, env, kinds: PROVIDER_KINDS });
}

/** Runs the gateway until it is told to stop. */
export async function serve(options: ServeOptions): Promise<void> {
  const config = readConfig(options);
  if (options.printConfig === true) {
    process.stdout.write(printConfig(config));
    return;
  }
  const log = await createLogger(config.log);
  for (const warning of config.warnings) log.warn(warning);
  const running = await startGridweave({ config, kinds: PROVIDER_KINDS, log });
  for (const [kind, emulator] of running.sandbox?.emulators ?? []) {
    log.info({ url: emulator.url }, `sandbox: ${kind} emulator`);
  }
  // Without a file there is nothing to read anew: a hangup ends the process, as it does any other.
  if (config.source.kind === 'file') keepUpToDate(config.source.path, running, options, log);
  log.info(`Gridweave is ready: open ${running.url}/graphql`);

  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(130);
    stopping = true;
    log.info({ signal }, 'stopping; once more ends it at once');
    running.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'could not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

/** Takes the configuration over anew when it has changed, and on SIGHUP: a secret in a file may have, and nobody watches it. */
function keepUpToDate(path: string, running: RunningGridweave, options: ServeOptions, log: Logger): void {
  const reloading = new Reloading({ running, read: () => readConfig(options), log });
  process.on('SIGHUP', () => void reloading.ask('SIGHUP'));
  watchConfig(
    path,
    () => void reloading.ask('the file has changed'),
    (error) => log.warn({ err: error }, 'changes of the configuration are not noticed: send SIGHUP'),
  );
}
