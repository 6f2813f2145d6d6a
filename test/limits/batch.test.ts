import { afterEach, describe, expect, it } from 'vitest';
import { startTransportRig, type TransportRig } from '../live-transport/rig.ts';
import { SseClient } from '../live-transport/sse-client.ts';
import { until } from '../live-transport/ws-client.ts';
import { limitedTo, post, refusalIn } from './callers.ts';

let rig: TransportRig;
afterEach(() => rig.close());

const HELLO = { query: '{ hello }' };
const many = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly extensions: Record<string, unknown> }[];
}

async function answers(response: Response): Promise<readonly Answer[]> {
  expect(response.status).toBe(200);
  return (await response.json()) as Answer[];
}

describe('without limits.maxBatch', () => {
  it.each([
    ['one operation', [HELLO]],
    ['two', [HELLO, HELLO]],
    ['none', []],
    ['garbage', [1, 'a', null]],
    ['arrays in arrays', [[HELLO], [HELLO]]],
    ['a thousand', many(1_000, { query: 'mutation { bump }' })],
  ])('an array is refused, and the setting is named: %s', async (_, body) => {
    const { callers } = limitedTo({ requestsPerSecond: 0.001, requestBurst: 2 });
    rig = await startTransportRig({ callers });
    const { message, ...refused } = await refusalIn(await post(rig.url, body));
    expect(refused).toEqual({
      status: 400,
      retryAfter: null,
      extensions: { code: 'BATCH_LIMIT', retryable: false, field: 'limits.maxBatch' },
    });
    expect(message).toContain('limits.maxBatch');
    // However many they are, they were one request, and nothing of them was looked at.
    expect((await post(rig.url, HELLO)).status).toBe(200);
    expect(rig.counts.bumps).toBe(0);
  });
});

describe('with limits.maxBatch', () => {
  it('so many are run, in their order, each by itself', async () => {
    rig = await startTransportRig({ maxBatch: 3 });
    const batch = [HELLO, { query: 'mutation { bump }' }, { query: '{ nonsense }' }];
    const [hello, bump, wrong] = await answers(await post(rig.url, batch));
    expect(hello).toEqual({ data: { hello: 'world' } });
    expect(bump).toEqual({ data: { bump: 1 } });
    expect(wrong?.errors?.[0]?.extensions).toMatchObject({ code: 'GRAPHQL_VALIDATION_FAILED' });
    expect(await answers(await post(rig.url, [HELLO]))).toEqual([{ data: { hello: 'world' } }]);
    expect(await (await post(rig.url, HELLO)).json()).toEqual({ data: { hello: 'world' } });
  });

  it('one more is refused, and then none is run', async () => {
    rig = await startTransportRig({ maxBatch: 3 });
    for (const count of [4, 1_000]) {
      const refused = await refusalIn(await post(rig.url, many(count, { query: 'mutation { bump }' })));
      expect(refused).toMatchObject({
        status: 400,
        extensions: { code: 'BATCH_LIMIT', field: 'limits.maxBatch' },
      });
      expect(refused.message).toContain(`${String(count)} operations, and at most 3`);
    }
    expect(rig.counts.bumps).toBe(0);
  });

  it.each([
    ['none', []],
    ['garbage', [1, 'a', null]],
    ['something beside an operation', [HELLO, 7]],
    ['arrays in arrays', [[HELLO]]],
  ])('what holds no operations is refused as a whole: %s', async (_, body) => {
    rig = await startTransportRig({ maxBatch: 3 });
    const refused = await refusalIn(await post(rig.url, body));
    expect(refused).toMatchObject({ status: 400, extensions: { code: 'BAD_REQUEST' } });
  });

  it('each draws on the bucket of the caller; where there is not enough for all, none is run', async () => {
    const { callers } = limitedTo({ requestsPerSecond: 0.5, requestBurst: 5 });
    rig = await startTransportRig({ maxBatch: 4, callers });
    await answers(await post(rig.url, many(3, HELLO)));
    const refused = await refusalIn(await post(rig.url, many(3, { query: 'mutation { bump }' })));
    // One was drawn when the request came, and is gone.
    expect(refused).toMatchObject({ status: 429, retryAfter: '2', extensions: { code: 'RATE_LIMITED' } });
    expect(rig.counts.bumps).toBe(0);
    await answers(await post(rig.url, [HELLO]));
    expect((await post(rig.url, HELLO)).status).toBe(429);
  });

  it('each counts as one that is under way', async () => {
    const { callers } = limitedTo({ maxOperationsPerIdentity: 3 });
    rig = await startTransportRig({ maxBatch: 4, callers });
    const gone = new AbortController();
    const hanging = fetch(`${rig.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(many(3, { query: '{ hang }' })),
      signal: gone.signal,
    }).catch(() => null);
    await until(() => rig.counts.hanging === 3, 'three operations');
    expect(callers.open.operations).toBe(3);
    expect(await refusalIn(await post(rig.url, HELLO))).toMatchObject({
      extensions: { code: 'TOO_MANY_OPERATIONS' },
    });
    gone.abort();
    await hanging;
    await until(() => callers.open.operations === 0, 'them to be over');
  });

  it('their costs are one sum: the one that is over it is refused, and those before it run', async () => {
    rig = await startTransportRig({ maxBatch: 4, operationLimits: { maxCost: 70 } });
    const bump = { query: 'mutation { a: bump b: bump }' };
    const [first, second] = await answers(await post(rig.url, [bump, bump]));
    expect(first).toEqual({ data: { a: 1, b: 2 } });
    expect(second?.errors?.[0]).toMatchObject({
      message: expect.stringContaining('after 60 for those before it in this request') as string,
      extensions: { code: 'COST_LIMIT', field: 'limits.maxCost' },
    });
    expect(rig.counts.bumps).toBe(2);
  });

  it('a subscription among them is refused, and nothing of it stays open', async () => {
    rig = await startTransportRig({ maxBatch: 4 });
    const events = { query: 'subscription { events { type } }' };
    const both = await post(rig.url, [events, HELLO, events], {
      accept: 'application/json, text/event-stream',
    });
    const text = await both.text();
    expect(text.match(/NOT_ACCEPTABLE/g)).toHaveLength(2);
    expect(text).toContain('"hello":"world"');
    expect(rig.feeds.open.size).toBe(0);
    const stream = new SseClient(rig.url, { query: events.query });
    expect(await stream.begun()).toBe(200);
    stream.leave();
    await until(() => rig.live.stats.eventStreams === 0, 'the stream to end');
  });
});
