/** What stands between an adapter and a server for cases that are about the sockets themselves. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Relay {
  readonly url: URL;
  /** Open connections on which something was asked. One that was only dialled, as a client may do ahead, is not. */
  readonly inUse: number;
  close(): Promise<void>;
}

/** Passes bytes on to a server, both ways, and counts who is asking. */
export async function startRelay(server: URL): Promise<Relay> {
  const open = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(Number(server.port), server.hostname);
    open.add(near);
    near.once('close', () => {
      open.delete(near);
      far.destroy();
    });
    far.once('close', () => near.destroy());
    for (const socket of [near, far]) socket.on('error', () => socket.destroy());
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { port } = relay.address() as AddressInfo;
  return {
    url: new URL(server.pathname, `http://127.0.0.1:${String(port)}`),
    get inUse() {
      return [...open].filter((socket) => socket.bytesRead > 0).length;
    },
    close: () =>
      new Promise((resolve) => {
        relay.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** An address of this machine where nobody listens. */
export async function deserted(): Promise<URL> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return new URL(`http://127.0.0.1:${String(port)}`);
}
