import { afterEach, describe, expect, it } from 'vitest';
import { manyRecords } from '../../../test/live-transport/fake-feeds.ts';
import {
  startTransportRig,
  type TransportRig,
  type TransportRigOptions,
} from '../../../test/live-transport/rig.ts';
import { SseClient } from '../../../test/live-transport/sse-client.ts';
import { until, WsClient } from '../../../test/live-transport/ws-client.ts';

let rig: TransportRig;
let clients: WsClient[] = [];

afterEach(async () => {
  for (const { ws } of clients) ws.terminate();
  clients = [];
  await rig.close();
  expect(rig.live.stats).toMatchObject({ webSockets: 0, eventStreams: 0, operations: 0, channels: 0 });
  expect(rig.feeds.open.size).toBe(0);
  expect(rig.faults).toEqual([]);
});

const start = async (options?: TransportRigOptions): Promise<TransportRig> =>
  (rig = await startTransportRig(options));
const EVENTS =
  'subscription ($filter: String, $start: Start!, $after: String) { events(filter: $filter, start: $start, after: $after) { type key cursor } }';
const FILLED = 'subscription { events { key name coalesced } }';
const KB = 1_024;

async function connect(count: number): Promise<WsClient[]> {
  const opened = await Promise.all(Array.from({ length: count }, () => WsClient.open(rig.url)));
  clients.push(...opened);
  return opened;
}

const feeds = (count: number) => until(() => rig.feeds.open.size === count, `${String(count)} feeds`);
const received = (of: readonly WsClient[], count: number) =>
  until(
    () => of.every((client) => client.nexts('1').length >= count),
    `${String(count)} events at every client`,
    15_000,
  );

describe('one execution for all', () => {
  it('per event, for 500 subscribers on 100 sockets', async () => {
    await start();
    const all = await connect(100);
    for (const client of all) {
      for (let i = 1; i <= 5; i++) client.subscribe(String(i), EVENTS, { start: 'NOW' });
    }
    await feeds(500);
    expect(rig.live.stats).toMatchObject({ operations: 500, channels: 1 });
    for (let i = 0; i < 20; i++) {
      rig.feeds.publish(`job ${String(i)}`);
      await received(all, i + 1);
    }
    for (const client of all) {
      for (let i = 1; i <= 5; i++) {
        const told = client.nexts(String(i));
        expect(told).toHaveLength(20);
        expect(told[7]).toEqual({ events: { type: 'CHANGE', key: 'job 7', cursor: 'c8' } });
      }
    }
    expect(rig.counts.events).toBe(20);
    // Each with a context of its own.
    expect(rig.counts.contexts).toBe(20);
    expect(rig.live.stats.keptEncodings).toBe(0);
  });

  it('wherever they began, and not for another filter', async () => {
    await start();
    rig.feeds.publish('before');
    const [client] = await connect(1);
    client!.subscribe('1', EVENTS, { start: 'NOW' });
    client!.subscribe('2', EVENTS, { start: 'AFTER', after: 'c1' });
    client!.subscribe('3', EVENTS, { start: 'AFTER', after: 'c1', filter: 'other' });
    await feeds(3);
    expect(rig.live.stats.channels).toBe(2);
    rig.feeds.publish('a');
    await until(() => client!.messages.filter(({ type }) => type === 'next').length === 3, 'three events');
    expect(rig.counts.events).toBe(2);
  });

  it('shared between sockets and event streams', async () => {
    await start();
    const [client] = await connect(1);
    client!.subscribe('1', EVENTS, { start: 'NOW' });
    const stream = new SseClient(rig.url, { query: EVENTS, variables: { start: 'NOW' } });
    await feeds(2);
    expect(rig.live.stats.channels).toBe(1);
    rig.feeds.publish('a');
    await until(() => stream.events.length === 1 && client!.nexts('1').length === 1, 'the event');
    expect(stream.nexts()).toEqual(client!.nexts('1'));
    expect(rig.counts.events).toBe(1);
    stream.leave();
  });

  it('of a snapshot that many begin with at the same time', async () => {
    await start();
    rig.feeds.records.push(...manyRecords(40));
    const all = await connect(50);
    for (const client of all) client.subscribe('1', EVENTS, { start: 'SNAPSHOT' });
    await received(all, 41);
    // Not one per reader and record, which were 2,050; how few depends on how close together they came.
    expect(rig.counts.events).toBeLessThan(600);
  });
});

describe('slow executions', () => {
  it('overlap, and what they give comes in order', async () => {
    const keys = Array.from({ length: 12 }, (_, i) => `job ${String(i)}`);
    let running = 0;
    let most = 0;
    // The later, the faster.
    await start({
      slownessMs: (key) => {
        running += 1;
        most = Math.max(most, running);
        setTimeout(() => (running -= 1), 1);
        return 120 - 10 * keys.indexOf(key);
      },
    });
    const all = await connect(10);
    for (const client of all) client.subscribe('1', 'subscription { events { slowly } }');
    await feeds(10);
    for (const key of keys) rig.feeds.publish(key);
    await received(all, keys.length);
    for (const client of all) {
      expect(client.nexts('1')).toEqual(keys.map((slowly) => ({ events: { slowly } })));
    }
    expect(most).toBeGreaterThan(1);
    expect(rig.counts.events).toBe(keys.length);
  });
});

describe('a client that stops reading', () => {
  it('costs the 99 others nothing, has a bounded amount waiting, and is told the newest later', async () => {
    const highWaterMarkBytes = 128 * KB;
    await start({ limits: { highWaterMarkBytes }, maxWaiting: 20 });
    const [stalled, ...others] = await connect(100);
    for (const client of [stalled!, ...others.slice(0, 9)]) client.subscribe('1', FILLED);
    for (const client of others.slice(9)) client.subscribe('1', EVENTS, { start: 'NOW' });
    await feeds(100);
    stalled!.ws.pause();
    const name = 'x'.repeat(32 * KB);
    const published = 400;
    for (let i = 0; i < published; i++) {
      rig.feeds.publish(`job ${String(i % 10)}`, name);
      if (i % 20 === 19) await received(others, i + 1);
    }
    expect(others.every((client) => client.nexts('1').length === published)).toBe(true);
    // 12 MB were written to each of the nine.
    expect(rig.live.stats.pendingBytes).toBeGreaterThan(0);
    expect(rig.live.stats.pendingBytes).toBeLessThan(highWaterMarkBytes + 2 * name.length);
    expect(rig.live.stats.keptEncodings).toBeLessThanOrEqual(128);
    for (const feed of rig.feeds.open) expect(feed.stats.waiting).toBeLessThanOrEqual(21);
    stalled!.ws.resume();
    const last = (): { coalesced: number; key: string }[] =>
      stalled!.nexts('1').map((data) => (data as { events: { coalesced: number; key: string } }).events);
    // Every event is told of, in one message or in the place of several.
    const sum = (): number => last().reduce((total, { coalesced }) => total + coalesced + 1, 0);
    await until(() => sum() === published, 'everything to be told');
    expect(last().at(-1)?.key).toBe('job 9');
    expect(last().length).toBeLessThan(published);
    expect(last().some(({ coalesced }) => coalesced > 0)).toBe(true);
  });

  it('is closed with 4413 when it takes nothing for too long', async () => {
    await start({ limits: { heartbeatMs: 40, stallTimeoutMs: 200 }, maxWaiting: 5 });
    const [stalled, other] = await connect(2);
    stalled!.subscribe('1', FILLED);
    other!.subscribe('1', FILLED);
    await feeds(2);
    stalled!.ws.pause();
    const name = 'x'.repeat(256 * KB);
    for (let i = 0; rig.live.stats.pendingBytes === 0 || i < 30; i++) {
      rig.feeds.publish(`job ${String(i % 5)}`, name);
      await received([other!], i + 1);
    }
    await feeds(1);
    stalled!.ws.resume();
    expect(await stalled!.end()).toEqual({
      code: 4413,
      reason: 'stalled: nothing was read for too long; resume with your last cursor',
    });
    expect(other!.closed).toBeNull();
  });

  it('is cut off when it is an event stream, which comes back by itself', async () => {
    await start({ limits: { heartbeatMs: 40, stallTimeoutMs: 200 }, maxWaiting: 5 });
    const stalled = new SseClient(rig.url, { query: FILLED });
    await stalled.begun();
    stalled.response!.pause();
    const name = 'x'.repeat(256 * KB);
    for (let i = 0; i < 60; i++) {
      rig.feeds.publish(`job ${String(i % 5)}`, name);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await feeds(0);
    stalled.leave();
  });
});

describe('a client that reads slowly', () => {
  it('gets everything of an event stream when the feed holds it', async () => {
    await start({ maxWaiting: 1_000 });
    const slow = new SseClient(rig.url, { query: FILLED });
    await slow.begun();
    await feeds(1);
    slow.response!.pause();
    const name = 'x'.repeat(64 * KB);
    for (let i = 0; i < 200; i++) rig.feeds.publish(`job ${String(i)}`, name);
    await until(() => rig.live.stats.pendingBytes > 0, 'something to wait');
    slow.response!.resume();
    await until(() => slow.events.length === 200, 'all events');
    expect(slow.nexts().map((data) => (data as { events: { key: string } }).events.key)).toEqual(
      Array.from({ length: 200 }, (_, i) => `job ${String(i)}`),
    );
    slow.leave();
  });
});
