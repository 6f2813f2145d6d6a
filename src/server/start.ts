import type { Logger } from 'pino';
import type { LoadedConfig, ProviderKind } from '../config/config.ts';
import { systemClock } from '../model/time.ts';
import type { ProviderRegistry } from '../providers/registry.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { connectProviders } from './connect.ts';
import { createGateway } from './gateway.ts';
import { startHttpServer } from './http-server.ts';
import { beginOperation } from './operation-context.ts';

export interface RunningGridweave {
  readonly url: string;
  readonly providers: ProviderRegistry;
  /** Null when real providers are configured. */
  readonly sandbox: Sandbox | null;
  close(graceMs?: number): Promise<void>;
}

export interface StartOptions {
  readonly config: LoadedConfig;
  readonly kinds: readonly ProviderKind[];
  readonly log: Logger;
  /** Serve GraphiQL to browsers. Default true. */
  readonly graphiql?: boolean;
}

/** Starts everything a configuration describes. */
export async function startGridweave(options: StartOptions): Promise<RunningGridweave> {
  const { config, kinds, log } = options;
  const clock = systemClock;
  const sandbox = config.sandbox === null ? null : await startSandboxFor(config.sandbox.seed, kinds);
  const configured =
    sandbox === null
      ? config.providers
      : (await import('./sandbox-providers.ts')).sandboxProviders(sandbox, kinds);
  const providers = connectProviders(configured, { clock, log });
  const gateway = createGateway({
    providers,
    clock,
    log,
    limits: config.limits,
    maxBodyBytes: config.limits.maxBodyBytes,
  });
  const server = await startHttpServer({
    gateway,
    providers,
    host: config.server.host,
    port: config.server.port,
    graphiql: options.graphiql ?? true,
    log,
  });
  const leaving = new AbortController();
  greet(providers, config, log, leaving.signal);
  return {
    url: server.url,
    providers,
    sandbox,
    close: async (graceMs) => {
      leaving.abort();
      await server.close(graceMs);
      await providers.close();
      await sandbox?.close();
    },
  };
}

async function startSandboxFor(seed: number, kinds: readonly ProviderKind[]): Promise<Sandbox> {
  // Real providers never load the simulation.
  const { startSandbox, SANDBOX_KINDS } = await import('../sandbox/sandbox.ts');
  const wanted = SANDBOX_KINDS.filter((site) => kinds.some(({ kind }) => kind === site));
  return startSandbox({ seed, kinds: wanted });
}

/** Asks every provider how it is, without anybody waiting for it: versions are known before the first query. */
function greet(providers: ProviderRegistry, config: LoadedConfig, log: Logger, signal: AbortSignal): void {
  for (const { key, adapter } of providers.all) {
    const { read } = beginOperation(
      {
        providers,
        limits: config.limits,
        clock: systemClock,
        onFault: (fault) => log.error({ err: fault }, 'unexpected fault'),
      },
      signal,
    );
    adapter.probe(read.call).then(
      ({ reachable, version, latencyMs, problem }) =>
        log.info(
          { provider: key, reachable, version, latencyMs, problem: problem?.code ?? null },
          'provider',
        ),
      (error: unknown) => {
        if (!signal.aborted) log.warn({ provider: key, err: error }, 'provider could not be probed');
      },
    );
  }
}
