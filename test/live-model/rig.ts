import type { Every } from '../../src/live/feed/bookmarks.ts';
import { createFeeds } from '../../src/live/feed/feeds.ts';
import type { Feed, FeedItem, FeedOpener, FeedRequest, QueueLimits } from '../../src/live/feed.ts';
import type { LiveMessage } from '../../src/live/message.ts';
import { RingLog } from '../../src/live/log/ring.ts';
import { at, provider } from './records.ts';
import { ScriptedLive } from './scripted-live.ts';

/** A timer that a test turns by hand. */
export class HandTimer {
  running = 0;
  readonly #jobs = new Set<{ readonly intervalMs: number; readonly run: () => void; elapsedMs: number }>();

  readonly every: Every = (intervalMs, run) => {
    const job = { intervalMs, run, elapsedMs: 0 };
    this.#jobs.add(job);
    this.running++;
    return () => {
      if (this.#jobs.delete(job)) this.running--;
    };
  };

  advance(ms: number): void {
    for (const job of this.#jobs) {
      job.elapsedMs += ms;
      while (job.elapsedMs >= job.intervalMs && this.#jobs.has(job)) {
        job.elapsedMs -= job.intervalMs;
        job.run();
      }
    }
  }
}

export interface Rig {
  readonly live: ScriptedLive;
  readonly feeds: FeedOpener;
  readonly timer: HandTimer;
  open(request?: Partial<FeedRequest>): Promise<Feed>;
}

export function request(own: Partial<FeedRequest> = {}): FeedRequest {
  return { kind: 'job', filter: {}, start: 'NOW', after: null, onGap: 'RESNAPSHOT', ...own };
}

export function rig(
  options: { providers?: string[]; limits?: QueueLimits; events?: number; bookmarkEveryMs?: number } = {},
): Rig {
  const log = new RingLog({ retention: { events: options.events ?? 10_000 } });
  const live = new ScriptedLive(log, (options.providers ?? ['a', 'b']).map(provider));
  const timer = new HandTimer();
  const feeds = createFeeds({
    live,
    clock: { now: () => at(1_000) },
    every: timer.every,
    ...(options.limits !== undefined && { limits: options.limits }),
    ...(options.bookmarkEveryMs !== undefined && { bookmarkEveryMs: options.bookmarkEveryMs }),
  });
  return { live, feeds, timer, open: (own) => feeds.open(request(own)) };
}

/** Lets everything that has been started in memory come to rest. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Everything that is there to take until nothing more comes of itself. */
export async function takeAll(feed: Feed, limit = 100): Promise<FeedItem[]> {
  const all: FeedItem[] = [];
  for (;;) {
    await settled();
    const items = feed.take(limit);
    if (items.length === 0) return all;
    all.push(...items);
  }
}

export async function messages(feed: Feed): Promise<LiveMessage[]> {
  return (await takeAll(feed)).map((item) => item.message);
}

/** "CHANGE x RUNNING", "GAP EPOCH a", "BOOKMARK": what a test reads at a glance. */
export function told(message: LiveMessage): string {
  switch (message.type) {
    case 'SNAPSHOT':
      return `SNAPSHOT ${message.record.key} ${message.record.status.state}`;
    case 'CHANGE':
    case 'CORRECTION':
      return `${message.type} ${message.event.key} ${message.event.record.status.state}${message.matches ? '' : ' left'}`;
    case 'TOMBSTONE':
      return `TOMBSTONE ${message.event.key}`;
    case 'GAP':
      return `GAP ${message.reason} ${message.partitions.join(',')}`;
    case 'BOOKMARK':
      return message.closing ? 'BOOKMARK closing' : 'BOOKMARK';
    case 'SNAPSHOT_END':
      return 'SNAPSHOT_END';
  }
}

export async function story(feed: Feed): Promise<string[]> {
  return (await messages(feed)).map(told);
}
