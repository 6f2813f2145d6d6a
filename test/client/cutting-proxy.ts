import { connect, createServer, type AddressInfo } from 'node:net';

/** What becomes of one connection. */
export interface Fate {
  /** Bytes towards the client after which it is reset, in the middle of whatever they are; Infinity for never. */
  readonly bytes: number;
  /** Whether it goes silent then instead: open, and nothing comes through. */
  readonly freezes: boolean;
}

export interface CuttingProxy {
  readonly url: string;
  /** Where connections lead from now on. */
  target: string;
  /** Asked for every connection. */
  fateOf: () => Fate;
  /** Connections that were cut or frozen so far. */
  readonly accidents: number;
  readonly connections: number;
  /** Resets all connections. */
  cut(): void;
  close(): Promise<void>;
}

export const SPARED: Fate = { bytes: Infinity, freezes: false };

/** A TCP proxy whose connections meet with accidents. */
export async function startCuttingProxy(target: string): Promise<CuttingProxy> {
  const pairs = new Set<() => void>();
  let accidents = 0;
  const server = createServer((client) => {
    const { bytes, freezes } = proxy.fateOf();
    const upstream = connect(Number(new URL(proxy.target).port), '127.0.0.1');
    const cut = (): void => {
      pairs.delete(cut);
      for (const socket of [client, upstream]) if (!socket.destroyed) socket.resetAndDestroy();
    };
    pairs.add(cut);
    let left = bytes;
    let frozen = false;
    let over = false;
    const meetFate = (): void => {
      accidents += 1;
      frozen = freezes;
      if (!freezes) cut();
    };
    client.on('data', (chunk: Buffer) => {
      if (!frozen) upstream.write(chunk);
    });
    upstream.on('data', (chunk: Buffer) => {
      if (over) return;
      over = chunk.length > left;
      // What was written just before a reset need not arrive: exactly what a cut connection does.
      if (over) client.write(chunk.subarray(0, left), meetFate);
      else client.write(chunk);
      left -= chunk.length;
    });
    for (const [from, to] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      from.on('error', () => {});
      from.on('end', () => to.end());
      from.on('close', () => {
        pairs.delete(cut);
        if (!frozen || from === client) to.destroy();
      });
    }
  });
  const proxy: CuttingProxy = {
    url: '',
    target,
    fateOf: () => SPARED,
    get accidents() {
      return accidents;
    },
    get connections() {
      return pairs.size;
    },
    cut: () => {
      for (const cut of pairs) cut();
    },
    close: () => {
      proxy.cut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(proxy, { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` });
}
