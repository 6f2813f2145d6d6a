import type { Logger } from 'pino';
import type { ConfiguredProvider } from '../config/config.ts';
import type { Clock } from '../model/time.ts';
import { RecentProviderEvents } from '../providers/recent-events.ts';
import { ProviderRegistry, type Provider } from '../providers/registry.ts';
import type { UpstreamLogEvent } from '../upstream/log-event.ts';
import type { UpstreamObserver } from '../upstream/observer.ts';
import { createUpstream } from '../upstream/upstream.ts';

export interface ConnectDeps {
  readonly clock: Clock;
  readonly log: Logger;
  readonly observer?: UpstreamObserver | undefined;
}

/** Makes a client and an adapter for every enabled provider. Calls nobody yet. */
export function connectProviders(
  configured: readonly ConfiguredProvider[],
  deps: ConnectDeps,
): ProviderRegistry {
  return new ProviderRegistry(
    configured.filter(({ enabled }) => enabled).map((provider) => connectProvider(provider, deps)),
  );
}

/** Makes a client and an adapter. `events`: what the provider has told of its own accord before. Calls nobody yet. */
export function connectProvider(
  { key, name, kind, settings, callback, access, upstream: options }: ConfiguredProvider,
  { clock, log, observer }: ConnectDeps,
  events = new RecentProviderEvents(),
): Provider {
  const upstream = createUpstream(options, { clock, observer, log: (event) => tell(log, event) });
  const adapter = kind.create({ provider: key, upstream, settings, clock });
  const { timeoutMs } = options;
  return { key, name, kind: kind.kind, adapter, upstream, access, timeoutMs, callback, events };
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
