import { afterEach, describe, expect, it } from 'vitest';
import {
  startTransportRig,
  type TransportRig,
  type TransportRigOptions,
} from '../../../test/live-transport/rig.ts';
import { SseClient, type SseRequest } from '../../../test/live-transport/sse-client.ts';
import { until } from '../../../test/live-transport/ws-client.ts';
import { rawHttp } from '../../../test/support/raw-http.ts';
import { GridweaveError } from '../../model/errors.ts';

let rig: TransportRig;

afterEach(async () => {
  await rig.close();
  expect(rig.live.stats).toMatchObject({ webSockets: 0, eventStreams: 0, operations: 0, channels: 0 });
  expect(rig.feeds.open.size).toBe(0);
});

const start = async (options?: TransportRigOptions): Promise<TransportRig> =>
  (rig = await startTransportRig(options));
const EVENTS = 'subscription ($after: String) { events(after: $after) { key cursor closing } }';
const subscribe = (own: Partial<SseRequest> = {}): SseClient =>
  new SseClient(rig.url, { query: EVENTS, ...own });
const feeds = (count: number) => until(() => rig.feeds.open.size === count, `${String(count)} feeds`);

describe('an event stream', () => {
  it.each(['GET', 'POST'] as const)('brings what happens, with its cursor as id (%s)', async (method) => {
    await start({ limits: { sseRetryMs: 1_234 } });
    const client = subscribe({ method });
    await feeds(1);
    rig.feeds.publish('a');
    rig.feeds.publish('b');
    await until(() => client.events.length === 2, 'two events');
    expect(client.status).toBe(200);
    expect(client.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    expect(client.retryMs).toBe(1_234);
    expect(client.events).toEqual([
      { event: 'next', id: 'c1', data: '{"data":{"events":{"key":"a","cursor":"c1","closing":null}}}' },
      { event: 'next', id: 'c2', data: '{"data":{"events":{"key":"b","cursor":"c2","closing":null}}}' },
    ]);
    client.leave();
    await feeds(0);
  });

  it('goes on where a browser was, whatever the variables say', async () => {
    await start();
    for (const key of ['a', 'b', 'c']) rig.feeds.publish(key);
    const first = subscribe({ headers: { 'last-event-id': 'c1' } });
    await until(() => first.events.length === 2, 'what was missed');
    rig.feeds.publish('d');
    await until(() => first.events.length === 3, 'what comes');
    expect(first.events.map(({ id }) => id)).toEqual(['c2', 'c3', 'c4']);
    const second = subscribe({
      variables: { after: 'c1' },
      headers: { 'last-event-id': first.events[1]!.id! },
    });
    await until(() => second.events.length === 1, 'the last one');
    expect(second.events.map(({ id }) => id)).toEqual(['c4']);
    first.leave();
    second.leave();
  });

  it('has no id on what is no place to resume from', async () => {
    await start();
    rig.feeds.records.push(...(await import('../../../test/live-transport/fake-feeds.ts')).manyRecords(2));
    const client = new SseClient(rig.url, { query: 'subscription { events(start: SNAPSHOT) { type key } }' });
    await until(() => client.events.length === 3, 'the snapshot');
    expect(client.events.map(({ id }) => id)).toEqual([null, null, 'c0']);
    client.leave();
  });

  it('is pinged while nothing happens', async () => {
    await start({ limits: { heartbeatMs: 20 } });
    const client = subscribe();
    await until(() => client.comments > 3, 'pings');
    client.leave();
  });

  it('ends with complete', async () => {
    await start();
    const client = new SseClient(rig.url, { query: 'subscription { lines(count: 2000) }' });
    await until(() => client.ended, 'the end');
    expect(client.nexts()).toHaveLength(2_000);
    expect(client.events.at(-1)).toEqual({ event: 'complete', id: null, data: '' });
  });

  it('that fails on the way says why and ends', async () => {
    await start();
    const client = subscribe();
    await feeds(1);
    for (const feed of rig.feeds.open) feed.fail(new GridweaveError('FORBIDDEN', 'Not any more.'));
    await until(() => client.ended, 'the end');
    expect(client.events.map(({ event }) => event)).toEqual(['next', 'complete']);
    expect(client.events[0]!.data).toContain('"code":"FORBIDDEN"');
  });

  it('ends with a closing bookmark and complete when the gateway leaves', async () => {
    await start();
    const client = subscribe();
    await feeds(1);
    rig.feeds.publish('a');
    await rig.live.drain();
    await until(() => client.ended, 'the end');
    expect(client.nexts()).toEqual([
      { events: { key: 'a', cursor: 'c1', closing: null } },
      { events: { key: null, cursor: 'c1', closing: true } },
    ]);
    expect(client.events.map(({ event, id }) => [event, id])).toEqual([
      ['next', 'c1'],
      ['next', 'c1'],
      ['complete', null],
    ]);
    const late = subscribe();
    expect(await late.begun()).toBe(503);
    await until(() => late.ended, 'the answer');
    expect(late.text).toContain('SHUTTING_DOWN');
  });

  it('leaves nothing behind when clients go without a word', async () => {
    await start();
    for (let round = 0; round < 5; round++) {
      const clients = Array.from({ length: 40 }, () => subscribe());
      await feeds(40);
      rig.feeds.publish('a');
      for (const client of clients) client.leave();
      rig.feeds.publish('b');
      await feeds(0);
    }
    await until(() => rig.live.stats.eventStreams === 0, 'all to be gone');
  });
});

describe('what is wrong before the stream begins is a plain answer', () => {
  it.each([
    ['a syntax error', { query: '{' }, 400, 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', { query: 'subscription { nothing }' }, 400, 'GRAPHQL_VALIDATION_FAILED'],
    ['a refusal', { query: 'subscription { refused }' }, 403, 'FORBIDDEN'],
    ['a cursor that is none', { headers: { 'last-event-id': 'nonsense' } }, 400, 'INVALID_CURSOR'],
    ['a mutation by GET', { query: 'mutation { bump }' }, 405, 'BAD_REQUEST'],
  ])('%s', async (_what, own, status, code) => {
    await start();
    const client = subscribe(own);
    expect(await client.begun()).toBe(status);
    await until(() => client.ended, 'the answer');
    expect(client.headers['content-type']).toBe('application/json; charset=utf-8');
    const { errors } = JSON.parse(client.text) as {
      errors: { extensions: { code: string; http?: unknown } }[];
    };
    expect(errors[0]!.extensions).toMatchObject({ code });
    expect(errors[0]!.extensions.http).toBeUndefined();
    expect(rig.counts.bumps).toBe(0);
  });

  it('503 when there are enough', async () => {
    await start({ limits: { maxConnections: 1 } });
    const first = subscribe();
    await feeds(1);
    const second = subscribe();
    expect(await second.begun()).toBe(503);
    await until(() => second.ended, 'the answer');
    expect(second.text).toContain('TOO_MANY_CONNECTIONS');
    expect(rig.feeds.open.size).toBe(1);
    first.leave();
    await feeds(0);
  });

  it('for a subscription that asks for one answer', async () => {
    await start();
    const answer = await fetch(`${rig.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: EVENTS }),
    });
    const { errors } = (await answer.json()) as { errors: { extensions: { code: string } }[] };
    expect(errors[0]!.extensions.code).toBe('NOT_ACCEPTABLE');
  });
});

describe('queries that would also take an event stream', () => {
  const URQL =
    'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed';

  it.each(['{ hello }', 'mutation { bump }'])('get JSON: %s', async (query) => {
    await start();
    const answer = await fetch(`${rig.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: URQL },
      body: JSON.stringify({ query }),
    });
    expect(answer.headers.get('content-type')).toMatch(/json/);
    expect(await answer.json()).toEqual({ data: query.includes('hello') ? { hello: 'world' } : { bump: 1 } });
  });

  it('get an event stream when they take nothing else', async () => {
    await start();
    const client = new SseClient(rig.url, { query: '{ hello }' });
    await until(() => client.ended, 'the end');
    expect(client.events.map(({ event }) => event)).toEqual(['next', 'complete']);
    expect(client.nexts()).toEqual([{ hello: 'world' }]);
  });

  it('are aborted when the client goes', async () => {
    await start();
    const body = JSON.stringify({ query: '{ hang }' });
    const exchange = rawHttp(
      rig.url,
      `POST /graphql HTTP/1.1\nHost: localhost\nAccept: text/event-stream\nContent-Type: application/json\nContent-Length: ${String(body.length)}`,
    );
    exchange.write(body);
    await until(() => rig.counts.hanging === 1, 'the query to run');
    exchange.leave();
    await until(() => rig.counts.aborted === 1, 'the abort');
  });
});
