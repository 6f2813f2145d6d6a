import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A loopback TCP proxy whose connections can be cut from outside. */
export interface TcpProxy {
  readonly url: string;
  /** Everything that clients have sent so far, as text. */
  readonly sent: string;
  /** Connections that are open. */
  readonly connections: number;
  /** Resets every open connection, on both sides. */
  cut(): void;
  close(): Promise<void>;
}

/** Forwards every connection to a loopback URL as it is. */
export async function startTcpProxy(target: string): Promise<TcpProxy> {
  const { port } = new URL(target);
  const pairs = new Set<readonly [Socket, Socket]>();
  let sent = '';
  const server = createServer((client) => {
    const upstream = connect(Number(port), '127.0.0.1');
    const pair = [client, upstream] as const;
    pairs.add(pair);
    client.on('data', (chunk: Buffer) => {
      sent += chunk.toString('latin1');
    });
    for (const [from, to] of [pair, [upstream, client] as const]) {
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        pairs.delete(pair);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const [client, upstream] of pairs) {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    }
  };
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    get sent() {
      return sent;
    },
    get connections() {
      return pairs.size;
    },
    cut,
    close: () => {
      cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
