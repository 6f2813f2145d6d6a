import type { Logger } from 'pino';
import type { ConfiguredProvider } from '../config/config.ts';
import type { Clock } from '../model/time.ts';
import { RecentProviderEvents } from '../providers/recent-events.ts';
import { ProviderRegistry, type Provider } from '../providers/registry.ts';
import { createUpstream } from '../upstream/upstream.ts';

/** Makes a client and an adapter for every enabled provider. Calls nobody yet. */
export function connectProviders(
  configured: readonly ConfiguredProvider[],
  deps: { readonly clock: Clock; readonly log: Logger },
): ProviderRegistry {
  const { clock, log } = deps;
  return new ProviderRegistry(
    configured
      .filter((provider) => provider.enabled)
      .map(({ key, name, kind, settings, callback, upstream: options }): Provider => {
        const upstream = createUpstream(options, {
          clock,
          log: (event) => {
            const { event: message, ...details } = event;
            log.info(details, message);
          },
        });
        const adapter = kind.create({ provider: key, upstream, settings, clock });
        const events = new RecentProviderEvents();
        const { timeoutMs } = options;
        return { key, name, kind: kind.kind, adapter, upstream, timeoutMs, callback, events };
      }),
  );
}
