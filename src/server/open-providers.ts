import type { Logger } from 'pino';
import type { LoadedConfig, ProviderKind } from '../config/config.ts';
import type { Clock } from '../model/time.ts';
import type { ProviderRegistry } from '../providers/registry.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import type { UpstreamObserver } from '../upstream/observer.ts';
import { connectProviders } from './connect.ts';

export interface OpenProviders {
  readonly providers: ProviderRegistry;
  /** Null when real providers are configured. */
  readonly sandbox: Sandbox | null;
  close(): Promise<void>;
}

/** Connects what a configuration names: its providers, or, when it asks for the sandbox, the emulators it starts. */
export async function openProviders(
  config: LoadedConfig,
  deps: {
    readonly kinds: readonly ProviderKind[];
    readonly clock: Clock;
    readonly log: Logger;
    readonly observer?: UpstreamObserver | undefined;
  },
): Promise<OpenProviders> {
  if (config.sandbox === null) {
    const providers = connectProviders(config.providers, deps);
    return { providers, sandbox: null, close: () => providers.close() };
  }
  // Real providers never load the simulation.
  const { startSandbox, SANDBOX_KINDS } = await import('../sandbox/sandbox.ts');
  const { sandboxProviders } = await import('./sandbox-providers.ts');
  const { importAsTheyCome } = await import('./sandbox-imports.ts');
  const wanted = SANDBOX_KINDS.filter((site) => deps.kinds.some(({ kind }) => kind === site));
  const sandbox = await startSandbox({ seed: config.sandbox.seed, kinds: wanted });
  const providers = connectProviders(sandboxProviders(sandbox, deps.kinds), deps);
  const stopImports = importAsTheyCome(sandbox, providers);
  return {
    providers,
    sandbox,
    close: async () => {
      stopImports();
      await providers.close();
      await sandbox.close();
    },
  };
}
