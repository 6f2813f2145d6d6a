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
import type { ProviderKey } from '../model/ids.ts';
import type { Clock } from '../model/time.ts';
import type { ProviderRegistry } from '../providers/registry.ts';

/** What subscriptions to changes are served from. One per process. */
export interface LiveServices {
  readonly hub: LiveHub;
  readonly feeds: FeedOpener;
  /** The logs that are being followed. */
  readonly logs: LogFollowers;
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
  const feeds = createFeeds({
    live: hub,
    clock,
    bookmarkEveryMs: config.bookmarkEveryMs,
    limits: { maxMessages: config.queueMessages, maxBytes: config.queueBytes },
  });
  const logs = new LogFollowers({ providers, clock, onFault });
  return {
    hub,
    feeds,
    logs,
    close: async () => {
      await logs.close();
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
