import type { Logger } from 'pino';
import type { LoadedConfig, ProviderKind } from '../config/config.ts';
import { systemClock } from '../model/time.ts';
import type { ProviderEvent } from '../providers/provider-event.ts';
import type { Provider } from '../providers/registry.ts';
import { assembleGateway } from './assemble.ts';
import { Authenticator } from './auth/authenticator.ts';
import type { CallbackLimits } from './callbacks.ts';
import { connectProvider } from './connect.ts';
import { startHttpServer } from './http-server.ts';
import { openProviders, type OpenProviders } from './open-providers.ts';
import { beginOperation, type OperationDeps } from './operation-context.ts';
import { Reloader, type ReloadReport } from './reload/reloader.ts';
import { PersistedOperations } from './persisted/persisted-operations.ts';
import { CallerLimits } from './limits/caller-limits.ts';
import { callerRules } from './limits/caller-rules.ts';
import { openServices } from './services.ts';
import { faultsTo } from './telemetry/faults.ts';
import { openTelemetry } from './telemetry/telemetry.ts';

export interface RunningGridweave extends Pick<OpenProviders, 'providers' | 'sandbox'> {
  readonly url: string;
  /** Where /metrics, /health and /ready have a port of their own; null where they do not. */
  readonly operationsUrl: string | null;
  /** Says who asks; another configuration of it can be put in its place while the gateway runs. */
  readonly authenticator: Authenticator;
  /**
   * Takes another configuration over without interrupting anybody: its providers, `auth`, the limits of single operations and
   * the level of the log. Rejects, and nothing has changed, when a provider cannot be connected.
   */
  reload(config: LoadedConfig): Promise<ReloadReport>;
  /** What is held, for metrics and leak tests. */
  readonly held: RunningCounts;
  /** Gives what is under way `graceMs` in all, the configured time by default, then ends everything. */
  close(graceMs?: number): Promise<void>;
}

export interface RunningCounts {
  /** Connections to providers that are not configured any more, and stay open for operations that began before. */
  readonly retiring: number;
  readonly followers: number;
  readonly polling: number;
  readonly watches: number;
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
  /** How many callbacks are taken, where it differs from the built-in limits. */
  readonly callbackLimits?: Partial<CallbackLimits>;
}

/** Starts everything a configuration describes. */
export async function startGridweave(options: StartOptions): Promise<RunningGridweave> {
  const { config, kinds, log } = options;
  const clock = systemClock;
  const telemetry = openTelemetry(config, log);
  const { metrics } = telemetry;
  const connecting = { clock, log, observer: metrics?.upstream };
  const open = await openProviders(config, { kinds, ...connecting });
  const onFault = faultsTo(log);
  const leaving = new AbortController();
  const authenticator = new Authenticator({ auth: config.auth, clock, log });
  const persisted = new PersistedOperations({ onRefused: (code) => metrics?.operations.refused(code) });
  const callers = new CallerLimits(callerRules(config.limits, config.auth), clock);
  const inProduction = process.env['NODE_ENV'] === 'production';
  try {
    persisted.prepare(config)();
    const services = await openServices(config, {
      providers: open.providers,
      clock,
      log,
      onFault,
      alsoAudit: metrics?.act,
    });
    const limits = { ...config.limits };
    const deps = { providers: open.providers, limits, clock, log, onFault, services };
    const { gateway, live } = assembleGateway({
      ...deps,
      authenticator,
      persisted,
      metrics,
      callers,
      maxBatch: config.limits.maxBatch,
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
      callers,
      persisted,
      metrics: telemetry.onMainPort,
      graphiql: options.graphiql ?? config.server.graphiql ?? !inProduction,
      log,
      onProviderEvent: options.onProviderEvent,
      callbackLimits: options.callbackLimits,
    });
    await telemetry.begin(
      { providers: open.providers, services, live, clock, refusals: callers.refusals },
      server,
    );
    const greeted = (providers: readonly Provider[]): void => {
      if (options.greet ?? true) greet(providers, deps, log, leaving.signal);
    };
    greeted(open.providers.all);
    const reloader = new Reloader({
      config,
      providers: open.providers,
      connect: (configured, before) => connectProvider(configured, connecting, before?.events),
      services,
      limits,
      prepare: (next) => persisted.prepare(next),
      onReload: ({ auth, limits: next }) => {
        if (auth !== null) authenticator.replace(auth);
        callers.replace(callerRules({ ...next, maxBatch: config.limits.maxBatch }, auth ?? config.auth));
      },
      onConnected: greeted,
      onFault,
      log,
      leaving: leaving.signal,
    });
    return {
      url: server.url,
      operationsUrl: telemetry.url,
      authenticator,
      providers: open.providers,
      sandbox: open.sandbox,
      reload: (next) => reloader.reload(next),
      get held() {
        const { followers, polling, watches } = services.live?.hub.stats ?? NOTHING_LIVE;
        const own = services.live?.own.stats ?? { hubs: 0, ...NOTHING_LIVE };
        return {
          retiring: reloader.retiring,
          followers: followers + own.hubs,
          polling: polling + own.polling,
          watches: watches + own.watches,
        };
      },
      close: async (graceMs = config.server.drainMs) => {
        const until = performance.now() + graceMs;
        leaving.abort();
        await server.close(graceMs);
        await authenticator.close();
        // Submissions had their time while requests had theirs.
        await services.close(Math.max(0, until - performance.now()));
        await reloader.close();
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

const NOTHING_LIVE = { followers: 0, polling: 0, watches: 0 };

/** Asks providers how they are, without anybody waiting for it: versions are known before the first query. */
function greet(providers: readonly Provider[], deps: OperationDeps, log: Logger, signal: AbortSignal): void {
  // The others are called for their callers alone.
  for (const { key, adapter } of providers.filter(({ access }) => access.shared)) {
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
