/** The peer: `ws` alone, the same bytes to everybody. No GraphQL, no filter, no cursor, no limit. */
import { createServer } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { obey, timedName } from './fan-out-subject.ts';

const FILLER = 'x'.repeat(Number(process.env['FILLER_BYTES']));

const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
const subscribed = new Set<WebSocket>();
sockets.on('connection', (socket) => {
  socket.on('message', (data: Buffer) => {
    if (data.includes('connection_init')) socket.send('{"type":"connection_ack"}');
    else subscribed.add(socket);
  });
  socket.on('close', () => subscribed.delete(socket));
});

server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('no TCP address');
  obey(`http://127.0.0.1:${String(address.port)}`, () => {
    const bytes = Buffer.from(
      `{"id":"operation-000001","type":"next","payload":{"name":"${timedName()}","filler":"${FILLER}"}}`,
    );
    for (const socket of subscribed) socket.send(bytes, { binary: false });
  });
});
