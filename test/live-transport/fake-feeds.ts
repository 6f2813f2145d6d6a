import type { LogEntry } from '../../src/live/event-log.ts';
import type { ChangeEvent } from '../../src/live/event.ts';
import type { Feed, FeedItem } from '../../src/live/feed.ts';
import { GridweaveError } from '../../src/model/errors.ts';
import type { NativeKey, ProviderKey } from '../../src/model/ids.ts';
import type { JobRecord } from '../../src/model/records.ts';
import { epochMs } from '../../src/model/time.ts';

const PROVIDER = 'lab' as ProviderKey;
const RETENTION = 1_000;

export function jobRecord(key: string, name = key): JobRecord {
  return {
    kind: 'job',
    provider: PROVIDER,
    key: key as NativeKey,
    nativeRef: { type: 'job', id: key },
    name,
    observedAt: epochMs(0),
    status: {
      state: 'RUNNING',
      reason: null,
      message: null,
      raw: { value: 'running', detail: null, field: 'state' },
      desired: null,
      degraded: false,
      counts: null,
      confidence: 'REPORTED',
      since: null,
    },
    generation: 1,
    revision: 1,
    createdAt: epochMs(1),
    startedAt: null,
    endedAt: null,
    jobKind: 'BATCH',
    origin: 'NATIVE',
    projectKey: null,
    labels: [],
    priority: null,
    tasks: null,
  };
}

function itemOf(entry: LogEntry): FeedItem {
  const event = entry.event as ChangeEvent;
  const message = {
    type: 'CHANGE',
    cursor: `c${String(entry.position.seq)}`,
    event,
    matches: true,
    coalesced: 0,
  } as const;
  return { message, entry };
}

export interface OpenRequest {
  readonly start: string;
  readonly after: string | null;
}

/** A log of changes and the feeds that read it, as simple as the contract of a feed allows: to test what stands before it. */
export class FakeFeeds {
  readonly log: FeedItem[] = [];
  readonly open = new Set<FakeFeed>();
  /** What a snapshot holds. */
  readonly records: JobRecord[] = [];
  #seq = 0;

  /** What a reader's queue may hold. */
  readonly maxWaiting: number;

  constructor(maxWaiting = 100) {
    this.maxWaiting = maxWaiting;
  }

  publish(key: string, name = key): number {
    this.#seq += 1;
    const record = jobRecord(key, name);
    const event: ChangeEvent = {
      type: 'CHANGE',
      provider: PROVIDER,
      kind: 'job',
      key: record.key,
      occurredAt: null,
      observedAt: epochMs(0),
      sourceMode: 'POLL',
      generation: 1,
      record,
      before: null,
      skipped: false,
      reopened: false,
    };
    const position = { epoch: 'e', seq: this.#seq };
    const item = itemOf({ partition: PROVIDER, position, event, at: epochMs(0) });
    this.log.push(item);
    if (this.log.length > RETENTION) this.log.shift();
    for (const feed of this.open) feed.push(item);
    return this.#seq;
  }

  feed({ start, after }: OpenRequest): Promise<Feed> {
    if (after !== null && !/^c\d+$/.test(after)) {
      throw new GridweaveError('INVALID_CURSOR', 'That is no cursor of this log.', { field: 'after' });
    }
    const feed = new FakeFeed(this);
    if (start === 'AFTER') {
      for (const item of this.log)
        if (Number(item.message.cursor?.slice(1)) > Number(after?.slice(1))) feed.push(item);
    } else if (start === 'SNAPSHOT') {
      for (const record of this.records)
        feed.push({ message: { type: 'SNAPSHOT', cursor: null, record }, entry: null });
      const cursor = `c${String(this.#seq)}`;
      feed.push({ message: { type: 'SNAPSHOT_END', cursor, sources: [] }, entry: null });
    }
    this.open.add(feed);
    return Promise.resolve(feed);
  }

  get cursor(): string {
    return `c${String(this.#seq)}`;
  }
}

export class FakeFeed implements Feed {
  readonly #feeds: FakeFeeds;
  #queue: FeedItem[] = [];
  #listener: () => void = () => {};
  #draining = false;
  failure: GridweaveError | null = null;
  ended = false;
  readonly stats = { waiting: 0, coalesced: 0, gaps: 0 };

  constructor(feeds: FakeFeeds) {
    this.#feeds = feeds;
  }

  push(item: FeedItem): void {
    this.#queue.push(item);
    if (this.#queue.length > this.#feeds.maxWaiting && item.message.type === 'CHANGE') this.#conflate();
    this.stats.waiting = this.#queue.length;
    this.#listener();
  }

  next(limit: number): Promise<readonly FeedItem[]> {
    return Promise.resolve(this.take(limit));
  }

  onReady(listener: () => void): void {
    this.#listener = listener;
  }

  take(limit: number): readonly FeedItem[] {
    const items = this.#queue.splice(0, limit);
    this.stats.waiting = this.#queue.length;
    if (this.#draining && items.length === 0) this.close();
    return items;
  }

  fail(failure: GridweaveError): void {
    this.failure = failure;
    this.close();
  }

  drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    const { cursor } = this.#feeds;
    const at = epochMs(0);
    this.push({ message: { type: 'BOOKMARK', cursor, at, sources: [], closing: true }, entry: null });
  }

  close(): void {
    if (this.ended) return;
    this.ended = true;
    this.#feeds.open.delete(this);
    this.#listener();
  }

  /** The newest of each object stands for the older ones. */
  #conflate(): void {
    const newest = new Map<string, FeedItem>();
    for (const item of this.#queue) {
      const { message } = item;
      if (message.type !== 'CHANGE') continue;
      const before = newest.get(message.event.key)?.message;
      const coalesced = before?.type === 'CHANGE' ? before.coalesced + 1 : message.coalesced;
      newest.delete(message.event.key);
      newest.set(
        message.event.key,
        coalesced === 0 ? item : { message: { ...message, coalesced }, entry: null },
      );
      if (before !== undefined) this.stats.coalesced += 1;
    }
    this.#queue = [...newest.values()];
  }
}

export function manyRecords(count: number): JobRecord[] {
  return Array.from({ length: count }, (_, i) => jobRecord(`r${String(i)}`));
}
