import { once } from 'node:events';
import { expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { loopback } from '../../test/support/loopback.ts';
import { PROVIDER } from '../../test/support/upstream-calls.ts';
import { wrapSocket } from './socket.ts';

it('a socket that opens for a caller who has just left is closed at once', async () => {
  const server = await loopback(() => {});
  const wss = new WebSocketServer({ server: server.server });
  try {
    const raw = new WebSocket(server.url.href.replace('http', 'ws'));
    await once(raw, 'open');
    const socket = wrapSocket(raw, AbortSignal.abort(), { provider: PROVIDER, maxResponseBytes: 1_000 });
    await socket.closed;
    expect(await socket.messages[Symbol.asyncIterator]().next()).toMatchObject({ done: true });
  } finally {
    wss.close();
    await server.close();
  }
});
