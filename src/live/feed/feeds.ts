/**
 * Feeds: what subscribers read. This folder owns the way of an event from the log to one reader: the filter, the bounded
 * queue, the past that a cursor asks for, snapshots, gaps and bookmarks. It reads `LiveState` and the log, and asks no
 * provider. Called by whoever serves subscriptions, through `FeedOpener` alone.
 *
 * It relies on `LiveState` to hold what an event tells no later than the log tells the event, and to tell everything that
 * changes in its memory while anybody watches.
 */
import { GridweaveError } from '../../model/errors.ts';
import type { Clock } from '../../model/time.ts';
import { decodeCursor, encodeCursor, type Positions } from '../cursor.ts';
import type { Feed, FeedOpener, FeedRequest, QueueLimits } from '../feed.ts';
import type { Interest, LiveState } from '../live.ts';
import { Bookmarks, everyInterval, type Every } from './bookmarks.ts';
import { Dispatch } from './dispatch.ts';
import { FeedGroup } from './feed-group.ts';
import { interestKey } from './interest-key.ts';
import { LiveFeed } from './live-feed.ts';

/** What a reader that does not take may keep waiting. */
export const DEFAULT_QUEUE_LIMITS: QueueLimits = { maxMessages: 1_000, maxBytes: 4 * 1024 * 1024 };

export const DEFAULT_BOOKMARK_EVERY_MS = 15_000;

export interface FeedOptions {
  readonly live: LiveState;
  readonly clock: Clock;
  readonly limits?: QueueLimits;
  /** A reader hears something at least this often, in milliseconds. */
  readonly bookmarkEveryMs?: number;
  /** The timer that bookmarks hang on. */
  readonly every?: Every;
}

export function createFeeds(options: FeedOptions): FeedOpener {
  return new Feeds(options);
}

class Feeds implements FeedOpener {
  readonly #live: LiveState;
  readonly #clock: Clock;
  readonly #limits: QueueLimits;
  readonly #bookmarks: Bookmarks;
  readonly #dispatch: Dispatch;
  readonly #groups = new Map<string, FeedGroup>();
  readonly #open = new Set<LiveFeed>();
  /** Of feeds that have ended. */
  #coalesced = 0;
  #gaps = 0;
  #draining = false;
  readonly #stopFollowing: () => void;

  constructor(options: FeedOptions) {
    this.#live = options.live;
    this.#clock = options.clock;
    this.#limits = options.limits ?? DEFAULT_QUEUE_LIMITS;
    this.#bookmarks = new Bookmarks(
      options.bookmarkEveryMs ?? DEFAULT_BOOKMARK_EVERY_MS,
      options.every ?? everyInterval,
    );
    this.#dispatch = new Dispatch(options.live.log);
    this.#stopFollowing = options.live.onProviders(() => {
      for (const group of this.#groups.values()) group.follow();
    });
  }

  get openFeeds(): number {
    return this.#open.size;
  }

  get stats(): Feed['stats'] {
    let [waiting, coalesced, gaps] = [0, this.#coalesced, this.#gaps];
    for (const { stats } of this.#open) {
      waiting += stats.waiting;
      coalesced += stats.coalesced;
      gaps += stats.gaps;
    }
    return { waiting, coalesced, gaps };
  }

  async open(request: FeedRequest): Promise<Feed> {
    const positions = positionsOf(request);
    const interest: Interest = { kind: request.kind, filter: request.filter };
    const watch = this.#live.watch(interest);
    let feed: LiveFeed | null = null;
    try {
      await watch.ready;
      await this.#openPartitions(interest);
      feed = this.#feedOf(request, interest, () => {
        watch.release();
      });
      if (request.start === 'SNAPSHOT') feed.startWithSnapshot();
      else if (request.start === 'NOW') feed.startNow();
      else await feed.startAfter(positions);
    } catch (error) {
      if (feed === null) watch.release();
      else feed.close();
      throw error;
    }
    if (this.#draining) feed.drain();
    return feed;
  }

  drainAll(): void {
    this.#draining = true;
    this.#stopFollowing();
    for (const feed of this.#open) feed.drain();
  }

  /** A provider that nobody has polled yet has no partition; its events begin here. */
  async #openPartitions(interest: Interest): Promise<void> {
    const { log } = this.#live;
    // Providers may come while partitions are opened.
    for (;;) {
      const closed = this.#live.providersOf(interest).filter((partition) => log.window(partition) === null);
      if (closed.length === 0) return;
      await Promise.all(closed.map((partition) => log.open(partition)));
    }
  }

  #feedOf(request: FeedRequest, interest: Interest, releaseWatch: () => void): LiveFeed {
    const feed: LiveFeed = new LiveFeed({
      group: this.#groupOf(interest),
      log: this.#live.log,
      clock: this.#clock,
      limits: this.#limits,
      onGap: request.onGap,
      // Somebody who has nothing yet holds the cursor of nothing: resuming with it is answered with a gap and a snapshot.
      claim: request.after ?? encodeCursor(new Map()),
      release: () => {
        leaveBookmarks();
        releaseWatch();
      },
      onEnd: () => {
        if (!this.#open.delete(feed)) return;
        this.#coalesced += feed.stats.coalesced;
        this.#gaps += feed.stats.gaps;
      },
    });
    const leaveBookmarks = this.#bookmarks.add(feed);
    this.#open.add(feed);
    return feed;
  }

  #groupOf(interest: Interest): FeedGroup {
    const key = interestKey(interest);
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = new FeedGroup(interest, this.#live, this.#dispatch, () => {
        this.#groups.delete(key);
      });
      this.#groups.set(key, group);
    }
    return group;
  }
}

function positionsOf({ start, after }: FeedRequest): Positions {
  if (start === 'AFTER') {
    if (after !== null) return decodeCursor(after);
    throw invalid('"start: AFTER" needs the cursor to go on from in "after".');
  }
  if (after === null) return new Map();
  throw invalid(`"after" goes with "start: AFTER" only, not with ${start}.`);
}

function invalid(message: string): GridweaveError {
  return new GridweaveError('INVALID_ARGUMENT', message, { field: 'after' });
}
