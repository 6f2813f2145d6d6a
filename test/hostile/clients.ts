import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { until } from '../live-transport/ws-client.ts';
import { wsFrame } from './frames.ts';

/** A TCP connection that says what it is told, and notes what comes. Ends with the test. */
export class RawClient {
  readonly socket: Socket;
  /** Everything that came so far, a character for each byte. */
  received = '';
  /** The other side, or the network, ended it. */
  ended = false;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.socket = connect(Number(port), hostname);
    onTestFinished(() => void this.socket.destroy());
    this.socket.setEncoding('latin1').on('data', (text: string) => (this.received += text));
    this.socket.on('error', () => {}).on('close', () => (this.ended = true));
  }

  end(): Promise<boolean> {
    return until(() => this.ended, 'the connection to end', 15_000);
  }
}

/** A WebSocket whose frames are made by hand. */
export class RawWebSocket extends RawClient {
  /** Where the frames of the server begin. */
  #begin = 0;

  static async open(url: string, { init = true } = {}): Promise<RawWebSocket> {
    const client = new RawWebSocket(url);
    const lines = [
      'GET /graphql HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
      'Sec-WebSocket-Protocol: graphql-transport-ws',
    ];
    client.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
    await until(() => client.received.includes('\r\n\r\n'), 'the upgrade');
    client.#begin = client.received.indexOf('\r\n\r\n') + 4;
    if (init) {
      client.socket.write(wsFrame('{"type":"connection_init"}'));
      await until(() => client.received.includes('connection_ack'), 'the acknowledgement');
    }
    return client;
  }

  /** What it was closed with; null as long as it was not. */
  get closedWith(): number | null {
    const bytes = Buffer.from(this.received.slice(this.#begin), 'latin1');
    for (let at = 0; at + 2 <= bytes.length;) {
      const short = bytes[at + 1]! & 0x7f;
      const head = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (at + head > bytes.length) return null;
      const length =
        short === 126 ? bytes.readUInt16BE(at + 2) : short === 127 ? bytes.readUInt32BE(at + 6) : short;
      const isClose = (bytes[at]! & 0x0f) === 8;
      if (isClose && at + head + 2 <= bytes.length) return bytes.readUInt16BE(at + head);
      at += head + length;
    }
    return null;
  }
}
