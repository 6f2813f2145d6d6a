import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Forwards connections to a loopback port as they are, and keeps what passes, by connection. */
export interface Wiretap {
  readonly url: string;
  /** What the side that connects has sent. */
  readonly sent: readonly string[];
  /** What it was sent. */
  readonly received: readonly string[];
  close(): Promise<void>;
}

class Connection {
  readonly sent: Buffer[] = [];
  readonly received: Buffer[] = [];
}

export async function startWiretap(target: string): Promise<Wiretap> {
  const { port, hostname } = new URL(target);
  const kept: Connection[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const onward = connect(Number(port), hostname);
    const connection = new Connection();
    kept.push(connection);
    client.on('data', (chunk: Buffer) => connection.sent.push(chunk));
    onward.on('data', (chunk: Buffer) => connection.received.push(chunk));
    for (const [from, to] of [[client, onward], [onward, client]] as const) {
      sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    } // prettier-ignore
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const texts = (of: 'sent' | 'received'): string[] =>
    kept.map((one) => Buffer.concat(one[of]).toString('latin1'));
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    get sent() {
      return texts('sent');
    },
    get received() {
      return texts('received');
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}
