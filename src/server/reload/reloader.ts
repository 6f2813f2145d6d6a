/**
 * Another configuration while the gateway runs. This folder owns what is compared, what is taken over and what becomes of
 * connections that nobody needs any more. Called by `start.ts` alone.
 */
import type { Logger } from 'pino';
import type { ConfiguredProvider, LimitsConfig, LoadedConfig } from '../../config/config.ts';
import { GridweaveError } from '../../model/errors.ts';
import type { Provider, ProviderRegistry } from '../../providers/registry.ts';
import type { Services } from '../services.ts';
import { isSameConnection, providerChanges, type ProviderChanges } from './provider-changes.ts';
import { restartNeeded, takeOverLimits } from './restart-needed.ts';
import { Retirement } from './retirement.ts';

/** What became of a reload. */
export interface ReloadReport extends ProviderChanges {
  /** Parts of the configuration that differ, and are not in force before a restart. */
  readonly restartNeeded: readonly string[];
}

export interface ReloaderDeps {
  /** What the gateway was started with. */
  readonly config: LoadedConfig;
  readonly providers: ProviderRegistry;
  /** Makes a connection; calls nobody. `before`: the one of the same key that it takes the place of; null for none. */
  readonly connect: (configured: ConfiguredProvider, before: Provider | null) => Provider;
  readonly services: Pick<Services, 'act' | 'live'>;
  /** The object that operations read: it is written to. */
  readonly limits: { -readonly [Name in keyof LimitsConfig]: LimitsConfig[Name] };
  /** Looks whether the rest of a configuration can be used, and answers with what puts it in force. Throws otherwise. */
  readonly prepare: (config: LoadedConfig) => () => void;
  /** Takes over what it knows of a configuration, once that has been found good. Must not throw. */
  readonly onReload: (config: LoadedConfig) => void;
  /** Told of the providers that are new. */
  readonly onConnected: (providers: readonly Provider[]) => void;
  readonly onFault: (fault: unknown) => void;
  readonly log: Logger;
  /** Aborted when the gateway leaves: nothing is taken over any more. */
  readonly leaving: AbortSignal;
}

/** A deadline is looked at now and then, not at the very millisecond. */
const MARGIN_MS = 1_000;

export class Reloader {
  readonly #deps: ReloaderDeps;
  readonly #retirement: Retirement;
  #inForce: LoadedConfig;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(deps: ReloaderDeps) {
    this.#deps = deps;
    this.#inForce = deps.config;
    this.#retirement = new Retirement(deps.onFault);
  }

  /** Connections that are not used any more and not closed yet. */
  get retiring(): number {
    return this.#retirement.size;
  }

  /**
   * Takes a configuration over, after those that were asked for before. Resolves when every operation that begins sees the
   * new providers; subscribers follow when these have been looked at. Rejects, and nothing has changed, when one of them
   * cannot be connected.
   */
  reload(config: LoadedConfig): Promise<ReloadReport> {
    const reloaded = this.#tail.then(() => this.#reload(config));
    this.#tail = reloaded.catch(() => {});
    return reloaded;
  }

  /** Closes what is still open. To be called when no operation is under way any more. */
  async close(): Promise<void> {
    await this.#tail;
    await this.#retirement.close();
  }

  async #reload(next: LoadedConfig): Promise<ReloadReport> {
    if (this.#deps.leaving.aborted) throw new GridweaveError('SHUTTING_DOWN', 'The gateway is leaving.');
    const { limits, log, prepare, onReload } = this.#deps;
    const putInForce = prepare(next);
    const inForce = this.#inForce;
    const needed = restartNeeded(inForce, next);
    // Where one of both is the sandbox, its emulators are the providers, and need a restart to come or go.
    const areProviders = inForce.sandbox === null && next.sandbox === null;
    const { changes, settled } = areProviders
      ? this.#replaceProviders(next.providers)
      : this.#keepProviders();
    Object.assign(limits, takeOverLimits(inForce.limits, next.limits));
    log.level = next.log.level;
    putInForce();
    onReload(next);
    this.#inForce = {
      ...inForce,
      providers: areProviders ? next.providers : inForce.providers,
      limits: { ...limits },
      operations: next.operations,
      auth: next.auth ?? inForce.auth,
      log: { ...inForce.log, level: next.log.level },
    };
    await settled;
    const { unchanged, ...touched } = changes;
    log.info({ ...touched, unchanged: unchanged.length }, 'configuration reloaded');
    if (needed.length > 0) {
      log.warn({ restartNeeded: needed }, 'parts of the configuration are not in force before a restart');
    }
    return { ...changes, restartNeeded: needed };
  }

  #keepProviders(): { readonly changes: ProviderChanges; readonly settled: Promise<unknown> } {
    const unchanged = this.#deps.providers.all.map(({ key }) => key);
    return { changes: { added: [], changed: [], removed: [], unchanged }, settled: Promise.resolve() };
  }

  /** All at once, as far as operations are concerned: none sees a part of it. */
  #replaceProviders(next: readonly ConfiguredProvider[]): {
    readonly changes: ProviderChanges;
    readonly settled: Promise<unknown>;
  } {
    const { providers, services, onConnected, onFault } = this.#deps;
    const enabled = (all: readonly ConfiguredProvider[]): ConfiguredProvider[] =>
      all.filter((provider) => provider.enabled);
    const wanted = enabled(next);
    const changes = providerChanges(enabled(this.#inForce.providers), wanted);
    const before = providers.all;
    const configured = new Map(this.#inForce.providers.map((provider) => [provider.key, provider]));
    const staying = new Set<string>(
      wanted
        .filter((provider) => isSameConnection(configured.get(provider.key), provider))
        .map(({ key }) => key),
    );
    const kept = new Map(
      before.filter(({ key }) => staying.has(key)).map((provider) => [provider.key, provider]),
    );
    const fresh = this.#connect(wanted.filter(({ key }) => !kept.has(key)));
    for (const { key, access } of wanted) {
      const provider = kept.get(key);
      if (provider !== undefined) provider.access = access;
    }
    const all = wanted.flatMap(({ key }) => kept.get(key) ?? fresh.get(key) ?? []);
    providers.replace(all);
    const settled = Promise.all([
      services.live?.replaceProviders(all),
      // What earlier submissions left is handed to the new adapters; the others know it.
      fresh.size === 0 ? null : services.act.start().catch(onFault),
    ]);
    for (const provider of before) {
      if (kept.get(provider.key) !== provider) this.#retirement.add(provider, this.#graceMs);
    }
    onConnected([...fresh.values()]);
    return { changes, settled };
  }

  #connect(configured: readonly ConfiguredProvider[]): Map<string, Provider> {
    const { connect, providers, onFault } = this.#deps;
    const fresh = new Map<string, Provider>();
    try {
      for (const one of configured) fresh.set(one.key, connect(one, providers.get(one.key)));
      return fresh;
    } catch (error) {
      for (const { upstream } of fresh.values()) void upstream.close().catch(onFault);
      throw error;
    }
  }

  /** The longest that an operation of before may still last. */
  get #graceMs(): number {
    const { limits, act } = this.#inForce;
    return Math.max(limits.requestTimeoutMs, act.timeoutMs) + MARGIN_MS;
  }
}
