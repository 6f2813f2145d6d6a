import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface CuttingRelay {
  readonly url: URL;
  /** Connections that were cut. */
  readonly cuts: number;
  /** Open connections. */
  readonly open: number;
  close(): Promise<void>;
}

/**
 * Passes bytes on to a server, and resets a connection when the server has sent so many over it. `afterBytes` is asked for
 * each connection, counted from 0; Infinity lets it be.
 */
export async function startCuttingRelay(
  server: URL,
  afterBytes: (nth: number) => number,
): Promise<CuttingRelay> {
  const open = new Set<Socket>();
  let nth = 0;
  let cuts = 0;
  const relay = createServer((near) => {
    const far = connect(Number(server.port), server.hostname);
    let left = afterBytes(nth++);
    open.add(near);
    near.once('close', () => {
      open.delete(near);
      far.destroy();
    });
    far.once('close', () => near.end());
    for (const socket of [near, far]) socket.on('error', () => socket.destroy());
    near.pipe(far);
    far.on('data', (bytes: Buffer) => {
      near.write(bytes.subarray(0, left), () => {
        if (left > 0) return;
        cuts += 1;
        near.resetAndDestroy();
      });
      left = Math.max(0, left - bytes.length);
      if (left === 0) far.removeAllListeners('data').resume();
    });
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { port } = relay.address() as AddressInfo;
  return {
    url: new URL(server.pathname, `http://127.0.0.1:${String(port)}`),
    get cuts() {
      return cuts;
    },
    get open() {
      return open.size;
    },
    close: () =>
      new Promise((resolve) => {
        relay.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
