import { Counter, Gauge, type Registry } from 'prom-client';
import type { LiveHub } from '../../live/hub.ts';
import type { ProviderKey } from '../../model/ids.ts';
import type { Clock } from '../../model/time.ts';
import type { ProviderDirectory } from '../../providers/registry.ts';
import type { LiveServices } from '../live-services.ts';
import type { LiveStats } from '../live/live-transports.ts';

export interface LiveSources {
  readonly services: LiveServices;
  readonly transports: { readonly stats: LiveStats };
  readonly providers: ProviderDirectory;
  readonly clock: Clock;
}

/** Gauges and counters of subscriptions. Only appended events are counted as they come; the returned function ends that. */
export function watchLive(registry: Registry, sources: LiveSources): () => void {
  watchTransports(registry, sources);
  watchFeeds(registry, sources);
  watchPolls(registry, sources);
  watchWindow(registry, sources);
  return countEvents(registry, sources.services.hub);
}

function watchTransports(registry: Registry, { transports }: LiveSources): void {
  const registers = [registry];
  const connections = new Gauge({
    name: 'gridweave_live_connections',
    help: 'Clients that are connected for subscriptions.',
    labelNames: ['transport'],
    registers,
    collect: () => {
      const { webSockets, eventStreams } = transports.stats;
      connections.set({ transport: 'websocket' }, webSockets);
      connections.set({ transport: 'sse' }, eventStreams);
    },
  });
  single(registry, 'gridweave_live_operations', 'Operations under way on those connections.', () => transports.stats.operations); // prettier-ignore
  single(registry, 'gridweave_live_channels', 'Groups of subscribers for whom an event is executed and encoded once.', () => transports.stats.channels); // prettier-ignore
  single(registry, 'gridweave_live_pending_bytes', 'What waits in sockets for slow clients.', () => transports.stats.pendingBytes); // prettier-ignore
}

function watchFeeds(registry: Registry, { services }: LiveSources): void {
  const { logs, own } = services;
  single(registry, 'gridweave_live_subscribers', 'Subscriptions to changes that are open.', () => services.feedStats.open); // prettier-ignore
  single(registry, 'gridweave_live_waiting_messages', 'Messages that subscribers have not taken yet.', () => services.feedStats.waiting); // prettier-ignore
  single(registry, 'gridweave_live_credentials', 'Credentials of tenants and callers that changes are watched with, counted for each provider.', () => own.stats.hubs); // prettier-ignore
  single(registry, 'gridweave_live_followed_logs', 'Logs of executions that are being followed.', () => logs.stats.logs); // prettier-ignore
  single(registry, 'gridweave_live_log_readers', 'Subscriptions that read them.', () => logs.stats.readers);
  total(registry, 'gridweave_live_conflated_messages_total', 'Changes that gave way to a newer one of the same object because a subscriber was slow.', () => services.feedStats.coalesced); // prettier-ignore
  total(registry, 'gridweave_live_gaps_total', 'Gaps that subscribers were told of: each was followed by a snapshot.', () => services.feedStats.gaps); // prettier-ignore
}

function watchPolls(registry: Registry, { services: { hub }, providers, clock }: LiveSources): void {
  const polled = (): readonly ProviderKey[] => providers.all.map(({ key }) => key).filter((key) => hub.polls(key)); // prettier-ignore
  const stateOf = (provider: ProviderKey) =>
    hub.sources({ kind: 'job', filter: { providers: [provider] } }).find((state) => state.provider === provider); // prettier-ignore
  const lag = new Gauge({
    name: 'gridweave_live_source_lag_seconds',
    help: 'How long ago the changes of a provider were last read. Absent while nobody watches it.',
    labelNames: ['provider'],
    registers: [registry],
    collect: () => {
      lag.reset();
      for (const provider of polled()) {
        const readAt = stateOf(provider)?.readAt ?? null;
        if (readAt !== null) lag.set({ provider }, Math.max(0, clock.now() - readAt) / 1000);
      }
    },
  });
  const failing = new Gauge({
    name: 'gridweave_live_source_failing',
    help: '1 when the last look at the changes of a provider failed. Absent while nobody watches it.',
    labelNames: ['provider'],
    registers: [registry],
    collect: () => {
      failing.reset();
      for (const provider of polled()) failing.set({ provider }, (stateOf(provider)?.errorCode ?? null) === null ? 0 : 1); // prettier-ignore
    },
  });
}

function watchWindow(registry: Registry, { services: { hub }, providers }: LiveSources): void {
  const gauge = (name: string, help: string, read: (window: Window) => number | null): void => {
    const made = new Gauge({
      name,
      help,
      labelNames: ['provider'],
      registers: [registry],
      collect: () => {
        made.reset();
        for (const { key: provider } of providers.all) {
          const window = hub.log.window(provider);
          const value = window === null ? null : read(window);
          if (value !== null) made.set({ provider }, value);
        }
      },
    });
  };
  gauge('gridweave_live_window_events', 'Events that are kept for subscribers who come back.', ({ firstSeq, lastSeq }) => Math.max(0, lastSeq - firstSeq + 1)); // prettier-ignore
  gauge('gridweave_live_window_bytes', 'What they take.', ({ bytes }) => bytes);
  gauge('gridweave_live_window_oldest_timestamp_seconds', 'When the oldest of them was appended.', ({ oldestAt }) => oldestAt === null ? null : oldestAt / 1000); // prettier-ignore
}

type Window = NonNullable<ReturnType<LiveHub['log']['window']>>;

function countEvents(registry: Registry, hub: LiveHub): () => void {
  const registers = [registry];
  const events = new Counter({
    name: 'gridweave_live_events_total',
    help: 'Events that were appended to the log.',
    labelNames: ['provider', 'kind', 'type'],
    registers,
  });
  const breaks = new Counter({
    name: 'gridweave_live_epoch_breaks_total',
    help: 'How often the log of a provider lost its thread: all who resume from before begin with a gap.',
    labelNames: ['provider'],
    registers,
  });
  return hub.log.listen({
    appended: (entries) => {
      for (const { event } of entries) {
        events.inc({ provider: event.provider, kind: event.kind, type: event.type.toLowerCase() });
      }
    },
    broken: (provider) => breaks.inc({ provider }),
  });
}

function single(registry: Registry, name: string, help: string, read: () => number): void {
  const gauge: Gauge = new Gauge({
    name,
    help,
    registers: [registry],
    collect: () => gauge.set(read()),
  });
}

/** A counter that is kept elsewhere. */
function total(registry: Registry, name: string, help: string, read: () => number): void {
  const counter = new Counter({
    name,
    help,
    registers: [registry],
    collect: () => {
      counter.reset();
      counter.inc(read());
    },
  });
}
