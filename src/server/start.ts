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
import { faultsTo } from './telemetry/faults.ts';
import { openTelemetry } from './telemetry/telemetry.ts';

export interface RunningGridweave extends Pick<OpenProviders, 'providers' | 'sandbox'> {
  readonly url: string;
  /** Where /metrics, /health and /ready have a port of their own; null where they do not. */
  readonly operationsUrl: string | null;
  /** Says who asks; another configuration of it can be put in its place while the gateway runs. */
  readonly authenticator: Authenticator;
  /** Gives what is under way `graceMs` in all, the configured time by default, then ends everything. */
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
  const telemetry = openTelemetry(config, log);
  const { metrics } = telemetry;
  const open = await openProviders(config, { kinds, clock, log, observer: metrics?.upstream });
  const onFault = faultsTo(log);
  const leaving = new AbortController();
  const authenticator = new Authenticator({ auth: config.auth, clock, log });
  const inProduction = process.env['NODE_ENV'] === 'production';
  try {
    const services = await openServices(config, {
      providers: open.providers,
      clock,
      log,
      onFault,
      alsoAudit: metrics?.act,
    });
    const deps = { providers: open.providers, limits: config.limits, clock, log, onFault, services };
    const { gateway, live } = assembleGateway({
      ...deps,
      authenticator,
      metrics,
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
      metrics: telemetry.onMainPort,
      graphiql: options.graphiql ?? config.server.graphiql ?? !inProduction,
      log,
      onProviderEvent: options.onProviderEvent,
    });
    await telemetry.begin({ providers: open.providers, services, live, clock }, server);
    if (options.greet ?? true) {
      greet(deps, log, leaving.signal);
    }
    return {
      url: server.url,
      operationsUrl: telemetry.url,
      authenticator,
      providers: open.providers,
      sandbox: open.sandbox,
      close: async (graceMs = config.server.drainMs) => {
        const until = performance.now() + graceMs;
        leaving.abort();
        await server.close(graceMs);
        await authenticator.close();
        // Submissions had their time while requests had theirs.
        await services.close(Math.max(0, until - performance.now()));
        await open.close();
        await telemetry.close();
      },
    };
  } catch (error) {
    await telemetry.close();
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
