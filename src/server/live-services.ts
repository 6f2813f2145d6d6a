import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { LiveConfig } from '../config/config.ts';
import { createFeeds } from '../live/feed/feeds.ts';
import type { FeedOpener } from '../live/feed.ts';
import type { EventLog } from '../live/event-log.ts';
import { LiveHub } from '../live/hub.ts';
import { openKnownFiles } from '../live/known/known-files.ts';
import type { KnownStore } from '../live/known/known-store.ts';
import { LogFollowers } from '../live/logs/log-followers.ts';
import { openFileLog } from '../live/log/file-log.ts';
import { RingLog } from '../live/log/ring.ts';
import type { LiveState } from '../live/live.ts';
import { addCounts, OwnLives, type FeedCounts } from '../live/own/own-lives.ts';
import type { ProviderKey } from '../model/ids.ts';
import type { Clock } from '../model/time.ts';
import type { Provider, ProviderRegistry } from '../providers/registry.ts';

/** What subscriptions to changes are served from. One per process. */
export interface LiveServices {
  readonly hub: LiveHub;
  /** Another one after a reload that those who subscribed before must not see the providers of. */
  readonly feeds: FeedOpener;
  /** The same for callers with credentials of their own. */
  readonly own: OwnLives;
  /** Of all feeds, whoever's they are. */
  readonly feedStats: FeedCounts;
  /** The logs that are being followed. */
  readonly logs: LogFollowers;
  /** Takes up another set of providers; resolves when those that left have let go. */
  replaceProviders(providers: readonly Provider[]): Promise<void>;
  /** Ends every poll, then the log. Feeds are drained before, by whoever serves them. */
  close(): Promise<void>;
}

export interface LiveServiceOptions {
  readonly providers: ProviderRegistry;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onFault: (fault: unknown) => void;
  readonly config: LiveConfig;
  /** Where the window of events is kept; null for memory alone. */
  readonly dataDirectory: string | null;
}

/** Kept for each credential of a caller at most: many share the memory of one gateway. */
const OWN_RETENTION = { events: 2_000, bytes: 2 * 1024 * 1024 };
/** How long what was polled with a credential is kept for whoever comes back with it, in milliseconds. */
const OWN_IDLE_MS = 300_000;

/** Opens the event log, and what polls and reads it. Nothing is polled before somebody watches. */
export async function openLive(options: LiveServiceOptions): Promise<LiveServices> {
  const { providers, clock, onFault, config } = options;
  const { log, known } = await openLog(options);
  const { hotMs, warmMs, fullSweepMs, lingerMs } = config;
  const hub = new LiveHub({
    providers,
    log,
    known,
    onFault,
    clock,
    options: { hotMs, warmMs, fullSweepMs, lingerMs },
  });
  // Who has heard of a change is not to read what was before it.
  const forget = (partition: ProviderKey): void => providers.get(partition)?.upstream.forgetReads?.();
  log.listen({
    appended: (entries) => new Set(entries.map(({ partition }) => partition)).forEach(forget),
    broken: forget,
  });
  const feedsOf = (state: LiveState): FeedOpener =>
    createFeeds({
      live: state,
      clock,
      bookmarkEveryMs: config.bookmarkEveryMs,
      limits: { maxMessages: config.queueMessages, maxBytes: config.queueBytes },
    });
  let feeds = feedsOf(hub);
  const own = new OwnLives({
    common: hub,
    providers,
    clock,
    onFault,
    options: { hotMs, warmMs, fullSweepMs, lingerMs },
    feedsOf,
    retention: {
      events: Math.min(OWN_RETENTION.events, config.windowEvents),
      bytes: Math.min(OWN_RETENTION.bytes, config.windowBytes),
    },
    maxCredentials: config.maxCredentials,
    idleMs: Math.max(lingerMs, OWN_IDLE_MS),
  });
  const logs = new LogFollowers({ providers, clock, onFault });
  return {
    hub,
    get feeds() {
      return feeds;
    },
    own,
    get feedStats() {
      return addCounts({ open: feeds.openFeeds, ...feeds.stats }, own.feedStats);
    },
    logs,
    replaceProviders: (replaced) => {
      if (own.providersReplaced()) {
        feeds.drainAll();
        feeds = feedsOf(hub);
      }
      return hub.replaceProviders(replaced);
    },
    close: async () => {
      await logs.close();
      await own.close();
      await hub.close();
      await known?.close().catch(onFault);
      await log.close();
    },
  };
}

/** The log, and what is kept beside one that outlives the process. */
async function openLog({
  clock,
  log,
  config,
  dataDirectory,
}: LiveServiceOptions): Promise<{ readonly log: EventLog; readonly known: KnownStore | null }> {
  const retention = { events: config.windowEvents, bytes: config.windowBytes };
  const report = (problem: string): void => log.warn({ problem }, 'event log');
  if (dataDirectory === null) return { log: new RingLog({ clock, retention, report }), known: null };
  const directory = join(dataDirectory, 'events');
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const events = await openFileLog({ directory, clock, retention, report });
  try {
    const isHeld = (): boolean => events.isHeld;
    const known = await openKnownFiles({ directory: join(directory, 'known'), isHeld, report });
    return { log: events, known };
  } catch (error) {
    await events.close();
    throw error;
  }
}
