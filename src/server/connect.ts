import type { Logger } from 'pino';
import type { ConfiguredProvider } from '../config/config.ts';
import type { Clock } from '../model/time.ts';
import { RecentProviderEvents } from '../providers/recent-events.ts';
import { ProviderRegistry, type Provider } from '../providers/registry.ts';
import type { UpstreamLogEvent } from '../upstream/log-event.ts';
import type { UpstreamObserver } from '../upstream/observer.ts';
import { createUpstream } from '../upstream/upstream.ts';

/** Makes a client and an adapter for every enabled provider. Calls nobody yet. */
export function connectProviders(
  configured: readonly ConfiguredProvider[],
  deps: { readonly clock: Clock; readonly log: Logger; readonly observer?: UpstreamObserver | undefined },
): ProviderRegistry {
  const { clock, log, observer } = deps;
  return new ProviderRegistry(
    configured
      .filter((provider) => provider.enabled)
      .map(({ key, name, kind, settings, callback, upstream: options }): Provider => {
        const upstream = createUpstream(options, {
          clock,
          observer,
          log: (event) => tell(log, event),
        });
        const adapter = kind.create({ provider: key, upstream, settings, clock });
        const events = new RecentProviderEvents();
        const { timeoutMs } = options;
        return { key, name, kind: kind.kind, adapter, upstream, timeoutMs, callback, events };
      }),
  );
}

/** `requestId` is the request that a call was made for, as in every other line; the provider was sent another. */
function tell(log: Logger, told: UpstreamLogEvent): void {
  if (told.event === 'upstream-breaker') {
    const { event, ...details } = told;
    log.info(details, event);
    return;
  }
  const { event, requestId: upstreamRequestId, forRequest, ...details } = told;
  log.info(
    { ...(forRequest === null ? {} : { requestId: forRequest }), ...details, upstreamRequestId },
    event,
  );
}
