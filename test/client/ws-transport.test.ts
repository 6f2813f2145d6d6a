import { WebSocket } from 'ws';
import { afterEach, describe, expect, it } from 'vitest';
import { CLOSE } from '../../src/server/live/close-codes.ts';
import { closeVerdict } from '../../src/client/close-verdict.ts';
import { createLiveClient, type LiveClient, type LiveClientOptions } from '../../src/client/index.ts';
import { until } from '../support/loopback.ts';
import { SCRIPTED } from './documents.ts';
import { bookmark } from './scripted-transport.ts';
import {
  startScriptedServer,
  type ClientMessage,
  type Script,
  type ScriptedServer,
  type ServerSocket,
} from './scripted-server.ts';

const open: { server: ScriptedServer; client: LiveClient }[] = [];

afterEach(async () => {
  for (const { server, client } of open.splice(0)) {
    client.close();
    await until('no connection is left', () => server.connections === 0);
    await server.close();
  }
});

async function start(options: Partial<LiveClientOptions> = {}, script: Script = {}) {
  const server = await startScriptedServer(script);
  const backoff = { baseMs: 5, laterMs: 5 };
  const client = createLiveClient({ url: server.url, webSocket: WebSocket, backoff, ...options });
  open.push({ server, client });
  const watch = (name = '') => {
    const told: string[] = [];
    const subscription = client.subscribe(
      SCRIPTED,
      { after: name },
      {
        onMessage: ({ cursor }) => told.push(String(cursor)),
        onState: (state, why) => why !== null && told.push(`${state}: ${why}`),
        onEnd: (error) => told.push(error === null ? 'end' : `error: ${error.message}`),
      },
    );
    return { told, subscription };
  };
  const socket = async (nth: number): Promise<ServerSocket> => {
    await until(`socket ${String(nth)}`, () => server.sockets.length > nth);
    return server.sockets[nth]!;
  };
  return { server, client, watch, socket };
}

/** Waits for a number of messages of a type. */
async function sent({ messages }: ServerSocket, type: string, count = 1): Promise<ClientMessage[]> {
  const found = (): ClientMessage[] => messages.filter((message) => message.type === type);
  await until(`${String(count)} ${type}`, () => found().length >= count);
  return found();
}

describe('one WebSocket for all subscriptions', () => {
  it('opens when somebody subscribes, carries all of them, and closes with the last', async () => {
    const { server, watch, socket } = await start();
    expect(server.sockets).toHaveLength(0);
    const [a, b] = [watch('a'), watch('b')];
    const ws = await socket(0);
    const [first, second] = await sent(ws, 'subscribe', 2);
    const c = watch('c');
    const [, , third] = await sent(ws, 'subscribe', 3);
    expect([first, second, third].map((message) => message?.payload?.variables)).toEqual([
      { after: 'a' },
      { after: 'b' },
      { after: 'c' },
    ]);
    for (const message of [third, first, second])
      ws.next(message?.id ?? '', bookmark(`of ${String(message?.payload?.variables?.['after'])}`));
    await until('all are told', () => [a, b, c].every(({ told }) => told.length === 1));
    expect([a.told, b.told, c.told]).toEqual([['of a'], ['of b'], ['of c']]);
    a.subscription.stop();
    expect(await sent(ws, 'complete')).toEqual([{ type: 'complete', id: first?.id }]);
    ws.next(first?.id ?? '', bookmark('too late'));
    c.subscription.stop();
    expect(ws.ws.readyState).toBe(WebSocket.OPEN);
    b.subscription.stop();
    await until('the socket is closed', () => ws.ws.readyState === WebSocket.CLOSED);
    expect(a.told).toEqual(['of a', 'end']);
    expect(server.sockets).toHaveLength(1);
  });

  it('comes back with every subscription, each where it was', async () => {
    const { watch, socket } = await start();
    watch('a');
    watch('b');
    const ws = await socket(0);
    const [first] = await sent(ws, 'subscribe', 2);
    ws.next(first?.id ?? '', bookmark('a2'));
    ws.ws.close(4503, 'draining');
    const again = await sent(await socket(1), 'subscribe', 2);
    const afters = again.map(({ payload }) => String(payload?.variables?.['after']));
    expect(new Set(afters)).toEqual(new Set(['a2', 'b']));
  });

  it('greets with fresh parameters every time, and comes back when they could not be had', async () => {
    let asked = 0;
    const { watch, socket } = await start({
      connectionParams: () => {
        asked += 1;
        if (asked === 2) throw new Error('no token');
        return Promise.resolve({ token: `token ${String(asked)}` });
      },
    });
    const { told } = watch();
    const ws = await socket(0);
    await sent(ws, 'subscribe');
    ws.ws.terminate();
    const [init] = await sent(await socket(1), 'connection_init');
    expect(init?.payload?.token).toBe('token 3');
    expect(told).toContain('WAITING: The connection parameters could not be had: no token');
  });

  it('answers pings with their payload', async () => {
    const { watch, socket } = await start();
    watch();
    const ws = await socket(0);
    await sent(ws, 'subscribe');
    ws.send({ type: 'ping', payload: { at: 1 } });
    expect(await sent(ws, 'pong')).toEqual([{ type: 'pong', payload: { at: 1 } }]);
  });

  it('asks whether the server is there while somebody follows a log that says nothing', async () => {
    const { client, watch, socket, server } = await start({ silenceMs: 150 });
    const { subscription } = watch();
    const ws = await socket(0);
    await sent(ws, 'subscribe');
    subscription.stop();
    const log = `subscription ($after: String) { logs(execution: "e", after: $after) { __typename
      ... on LogChunk { cursor } ... on LogGap { cursor } ... on LogNotice { cursor } ... on LogEnded { cursor } } }`;
    client.subscribe(log, {}, { onMessage: () => {} });
    const quiet = await socket(1);
    await sent(quiet, 'subscribe');
    let answered = 0;
    await until('many pings', () => {
      const pings = quiet.messages.filter(({ type }) => type === 'ping').length;
      for (; answered < Math.min(pings, 8); answered++) quiet.send({ type: 'pong' });
      return pings > 8;
    });
    expect(server.sockets).toHaveLength(2);
    await socket(2);
    expect(ws.messages.filter(({ type }) => type === 'ping')).toEqual([]);
  });

  it.each([
    ['text that is no message', 'hello'],
    ['a close without an error', null],
  ])('comes back after %s', async (_, text) => {
    const { watch, socket } = await start();
    watch('a');
    const ws = await socket(0);
    const [message] = await sent(ws, 'subscribe');
    ws.next(message?.id ?? '', bookmark('b'));
    if (text === null) ws.ws.close(1000);
    else ws.send(text);
    const [again] = await sent(await socket(1), 'subscribe');
    expect(again?.payload?.variables).toEqual({ after: 'b', start: 'AFTER' });
  });

  it('gives up a connection that is not acknowledged', async () => {
    const { watch, socket } = await start({ connectTimeoutMs: 60 }, { acknowledge: false });
    const { told } = watch();
    await socket(1);
    expect(told[0]).toBe('WAITING: No connection within 60 ms.');
  });

  it('drops a connection on which one of them hears nothing: the others come back, too', async () => {
    const { watch, socket } = await start({ silenceMs: 80 });
    const [a, b] = [watch('a'), watch('b')];
    const ws = await socket(0);
    await sent(ws, 'subscribe', 2);
    // It does not even answer the closing handshake.
    ws.ws.pause();
    await sent(await socket(1), 'subscribe', 2);
    expect([...a.told, ...b.told].filter((line) => line.startsWith('WAITING')).length).toBeGreaterThanOrEqual(
      2,
    );
    ws.ws.terminate();
  });

  it('ends the one that is refused, and only that', async () => {
    const { watch, socket } = await start();
    const [a, b] = [watch('a'), watch('b')];
    const ws = await socket(0);
    const [first, second] = await sent(ws, 'subscribe', 2);
    const errors = [{ message: 'no such field', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }];
    ws.send({ id: first?.id, type: 'error', payload: errors });
    ws.next(second?.id ?? '', bookmark('fine'));
    await until('both are told', () => a.told.length + b.told.length === 2);
    expect([a.told, b.told]).toEqual([['error: no such field'], ['fine']]);
  });

  it('leaves nothing behind when it is stopped before it is open', async () => {
    const { server, watch } = await start({}, { acknowledge: false });
    watch().subscription.stop();
    const { subscription } = watch();
    await until('a connection', () => server.connections > 0);
    subscription.stop();
    await until('none', () => server.connections === 0);
    const types = server.sockets.flatMap(({ messages }) => messages.map(({ type }) => type));
    expect(types).not.toContain('subscribe');
    expect(server.sockets.length).toBeLessThanOrEqual(1);
  });

  it('comes back for as long as nobody answers, and ends at an address that is none', async () => {
    const { client, watch, server } = await start();
    await server.close();
    const { told } = watch();
    await until('a few tries', () => told.length > 2);
    expect(told[0]).toMatch(/^WAITING: .*ECONNREFUSED.*\(1006\)$/);
    client.close();
    const nowhere = createLiveClient({ url: 'http://127.0.0.1:1/#x', webSocket: WebSocket });
    const ended = new Promise((resolve) => {
      nowhere.subscribe(SCRIPTED, {}, { onMessage: () => {}, onEnd: resolve });
    });
    expect(await ended).toMatchObject({ code: 'CLOSED' });
  });
});

describe('close codes', () => {
  it.each([
    ['SOON', [1000, 1001, 1005, 1006, 1012, 1014, 4408, 4413, 4499, 4503, 4504]],
    ['LATER', [1002, 1007, 1011, 1013, 4429, 4500]],
    ['NEVER', [1003, 1008, 1009, 1010, 4400, 4401, 4403, 4406, 4409]],
  ] as const)('%s', (verdict, codes) => {
    expect(codes.map((code) => closeVerdict(code))).toEqual(codes.map(() => verdict));
  });

  it('of the gateway: it is come back to', () => {
    const { STALLED, DRAINING, TOO_MANY_MESSAGES, INTERNAL } = CLOSE;
    const verdicts = [STALLED, DRAINING, TOO_MANY_MESSAGES, INTERNAL].map(({ code }) => closeVerdict(code));
    expect(verdicts).toEqual(['SOON', 'SOON', 'LATER', 'LATER']);
  });

  it('that are final end every subscription', async () => {
    const { watch, socket, server } = await start();
    const told = [watch().told, watch().told];
    const ws = await socket(0);
    await sent(ws, 'subscribe', 2);
    ws.ws.close(4403, 'Forbidden');
    await until('the end', () => told.every(({ length }) => length > 0));
    expect(told).toEqual([['error: Forbidden (4403)'], ['error: Forbidden (4403)']]);
    expect(server.sockets).toHaveLength(1);
  });
});
