import { buildSchema, parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { FakeFeeds, jobRecord } from '../../../test/live-transport/fake-feeds.ts';
import type { ChangeEvent } from '../../live/event.ts';
import type { FeedItem } from '../../live/feed.ts';
import { Channel } from './channel.ts';
import type { LiveSource } from './live-operation.ts';

const schema = buildSchema(
  'type Query { a: Int } type M { type: String cursor: String } type Subscription { events: M }',
);

function channel(readers: number): Channel {
  const source: LiveSource = {
    open: () => Promise.reject(new Error('not opened here')),
    rootFor: (events) => ({ events }),
    shareKey: '',
    withAfter: () => source,
  };
  const document = parse('subscription { events { type cursor } }');
  const made = new Channel({ schema, document, source }, { contextFor: () => ({}), onFault: () => {} });
  made.readers = readers;
  return made;
}

function entries(count: number): readonly FeedItem[] {
  const feeds = new FakeFeeds();
  for (let i = 0; i < count; i++) feeds.publish(`job ${String(i)}`);
  return feeds.log;
}

describe('what a channel keeps', () => {
  it('is gone when the last of its readers has come', () => {
    const shared = channel(3);
    const [item] = entries(1);
    const encodings = [shared.encode(item!), shared.encode(item!)];
    expect(shared.kept).toBe(1);
    encodings.push(shared.encode(item!));
    expect(new Set(encodings).size).toBe(1);
    expect(shared.kept).toBe(0);
    expect(shared.executions).toBe(1);
  });

  it('is found by what an entry says: a log on a disk gives equal ones, not the same', () => {
    const shared = channel(2);
    const [item] = entries(1);
    const other = { ...item!, entry: structuredClone(item!.entry) };
    expect(shared.encode(other)).toBe(shared.encode(item!));
  });

  it('is bounded when a reader does not come, and forgotten after two heartbeats', () => {
    const shared = channel(2);
    for (const item of entries(500)) shared.encode(item);
    expect(shared.kept).toBe(128);
    shared.forget(performance.now());
    shared.encode(entries(501)[500]!);
    shared.forget(performance.now());
    expect(shared.kept).toBe(1);
  });

  it('is nothing for one reader alone', () => {
    const alone = channel(1);
    for (const item of entries(10)) alone.encode(item);
    expect(alone.kept).toBe(0);
    expect(alone.executions).toBe(10);
  });
});

describe('what is not of the log', () => {
  it('is shared by readers that are equally far behind', () => {
    const shared = channel(3);
    const { message } = entries(1)[0]!;
    const { event, ...rest } = message as { event: ChangeEvent } & Extract<
      FeedItem['message'],
      { type: 'CHANGE' }
    >;
    const before = jobRecord('job 0', 'before');
    const behind = (coalesced: number, record = before): FeedItem => ({
      message: { ...rest, event: { ...event, before: record }, coalesced },
      entry: null,
    });
    expect(shared.encode(behind(2))).toBe(shared.encode(behind(2)));
    expect(shared.encode(behind(3))).not.toBe(shared.encode(behind(2)));
    expect(shared.encode(behind(2, jobRecord('job 0', 'other')))).not.toBe(shared.encode(behind(2)));
    expect(shared.executions).toBe(3);
  });
});
