import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until, WsClient } from '../live-transport/ws-client.ts';
import { startTestGateway, type TestGateway } from '../support/gateway.ts';
import { RawWebSocket } from './clients.ts';
import { OPCODE, wsFrame } from './frames.ts';

const MESSAGES = 10_000;
const INFO = 30;

const message = (value: object): Buffer => wsFrame(JSON.stringify(value));
const subscribe = (id: string, query: string): Buffer =>
  message({ id, type: 'subscribe', payload: { query } });

describe('hostile WebSockets', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });

  afterAll(async () => {
    expect(gateway.logLines.filter((line) => line.level > INFO)).toEqual([]);
    await gateway.close();
  });

  /** Nothing is left of it, and others are served. */
  async function nothingIsLeft(): Promise<void> {
    const held = (): number =>
      Object.values(gateway.live.stats).reduce((sum, count: number) => sum + count, 0);
    await until(() => held() === 0, 'everything to be let go of', 15_000);
    const other = await WsClient.open(gateway.url);
    other.subscribe('1', '{ providers { key } }');
    await other.received(({ type }) => type === 'next');
    other.ws.close(1000);
    await other.end();
  }

  const burst = (frame: (i: number) => Buffer, count = MESSAGES): Buffer =>
    Buffer.concat(Array.from({ length: count }, (_, i) => frame(i)));

  it('bursts of 10,000 frames are ended with codes, all at once', async () => {
    const bursts = {
      pings: [() => message({ type: 'ping' }), 4429],
      'ping frames': [() => wsFrame('', OPCODE.PING), 4429],
      'pong frames': [() => wsFrame('', OPCODE.PONG), 4429],
      queries: [(i) => subscribe(String(i), `{ a${String(i)}: __typename }`), 4429],
      'queries with one id': [() => subscribe('1', '{ providers { key } }'), 4409],
      subscriptions: [(i) => subscribe(String(i), 'subscription { jobEvents { __typename } }'), 4429],
      'messages that are no JSON': [() => wsFrame('{"type":'), 4400],
      'messages with 200 levels of lists': [() => wsFrame('['.repeat(200)), 4400],
    } satisfies Record<string, [frame: (i: number) => Buffer, code: number]>;
    const ended = await Promise.all(
      Object.entries(bursts).map(async ([name, [frame]]) => {
        const client = await RawWebSocket.open(gateway.url);
        client.socket.write(burst(frame));
        const code = await until(() => client.closedWith, `the end of ${name}`, 15_000);
        // It says nothing to that, and goes on.
        client.socket.write(burst(frame));
        await client.end();
        return [name, code];
      }),
    );
    expect(ended).toEqual(Object.entries(bursts).map(([name, [, code]]) => [name, code]));
    await nothingIsLeft();
  });

  it.each([
    ['a message of 1 MB', wsFrame('x'.repeat(1_000_000)), 1009],
    ['20 messages of 250 kB', burst(() => wsFrame(`{"type":"ping"}${' '.repeat(250_000)}`), 20), 4429],
    ['a fragment that belongs to nothing', wsFrame('x', OPCODE.CONTINUATION), 1002],
    ['a query that is too large', subscribe('1', `{ ${'key '.repeat(20_000)} }`), null],
  ])('%s', async (_name, frames, code) => {
    const client = await RawWebSocket.open(gateway.url);
    client.socket.write(frames);
    if (code === null) await until(() => client.received.includes('OPERATION_TOO_LARGE'), 'the refusal');
    else expect(await until(() => client.closedWith, 'a code')).toBe(code);
    client.socket.destroy();
    await nothingIsLeft();
  });

  it('queries of somebody who did not say who they are', async () => {
    const client = await RawWebSocket.open(gateway.url, { init: false });
    client.socket.write(burst((i) => subscribe(String(i), '{ __typename }')));
    expect(await until(() => client.closedWith, 'a code')).toBe(4401);
    client.socket.destroy();
    await nothingIsLeft();
  });

  it('200 that are opened and left are closed', async () => {
    const open = () => RawWebSocket.open(gateway.url, { init: false });
    const left = await Promise.all(Array.from({ length: 200 }, open));
    expect(gateway.live.stats.webSockets).toBe(200);
    for (const client of left) expect(await until(() => client.closedWith, 'a code')).toBe(4408);
    for (const client of left) client.socket.destroy();
    await nothingIsLeft();
  });
});
