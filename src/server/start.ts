import type { Logger } from 'pino';
import type { LoadedConfig, ProviderKind } from '../config/config.ts';
import { systemClock } from '../model/time.ts';
import type { ProviderEvent } from '../providers/provider-event.ts';
import { assembleGateway } from './assemble.ts';
import { Authenticator } from './auth/authenticator.ts';
import { startHttpServer } from './http-server.ts';
import { openProviders, type OpenProviders } from './open-providers.ts';
import { beginOperation, type OperationDeps } from './operation-context.ts';
import { openServices } from './services.ts';

export interface RunningGridweave extends Pick<OpenProviders, 'providers' | 'sandbox'> {
  readonly url: string;
  /** Says who asks; another configuration of it can be put in its place while the gateway runs. */
  readonly authenticator: Authenticator;
  /** Gives requests under way `graceMs`, then ends everything. */
  close(graceMs?: number): Promise<void>;
}

export interface StartOptions {
  readonly config: LoadedConfig;
  readonly kinds: readonly ProviderKind[];
  readonly log: Logger;
  /** Serve GraphiQL to browsers. Default true. */
  readonly graphiql?: boolean;
  /** Ask every provider once how it is. Default true; tests that count calls turn it off. */
  readonly greet?: boolean;
  /** Told every event that a provider sends to its callback. */
  readonly onProviderEvent?: (event: ProviderEvent) => void;
}

/** Starts everything a configuration describes. */
export async function startGridweave(options: StartOptions): Promise<RunningGridweave> {
  const { config, kinds, log } = options;
  const clock = systemClock;
  const open = await openProviders(config, { kinds, clock, log });
  const onFault = (fault: unknown): void => log.error({ err: fault }, 'unexpected fault');
  const leaving = new AbortController();
  const authenticator = new Authenticator({ auth: config.auth, clock, log });
  const inProduction = process.env['NODE_ENV'] === 'production';
  try {
    const services = await openServices(config, { providers: open.providers, clock, log, onFault });
    const deps = { providers: open.providers, limits: config.limits, clock, log, onFault, services };
    const { gateway, live } = assembleGateway({
      ...deps,
      authenticator,
      maxBodyBytes: config.limits.maxBodyBytes,
      operationLimits: config.limits,
      introspection: config.server.introspection ?? !inProduction,
      allowedOrigins: config.server.allowedOrigins,
      liveLimits: { maxConnections: config.live.maxConnections },
    });
    const server = await startHttpServer({
      gateway,
      live,
      providers: open.providers,
      authenticator,
      ...config.server,
      graphiql: options.graphiql ?? config.server.graphiql ?? !inProduction,
      log,
      onProviderEvent: options.onProviderEvent,
    });
    if (options.greet ?? true) {
      greet(deps, log, leaving.signal);
    }
    return {
      url: server.url,
      authenticator,
      providers: open.providers,
      sandbox: open.sandbox,
      close: async (graceMs) => {
        leaving.abort();
        await server.close(graceMs);
        await authenticator.close();
        await services.close(graceMs);
        await open.close();
      },
    };
  } catch (error) {
    await authenticator.close();
    await open.close();
    throw error;
  }
}

/** Asks every provider how it is, without anybody waiting for it: versions are known before the first query. */
function greet(deps: OperationDeps, log: Logger, signal: AbortSignal): void {
  for (const { key, adapter } of deps.providers.all) {
    const { read } = beginOperation(deps, signal);
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
