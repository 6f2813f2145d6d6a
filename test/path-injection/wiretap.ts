/**
 * Nothing that a caller or a provider says may lead a call elsewhere: asserted on the bytes that a provider is sent.
 *
 * `wiretap.ts` reads those bytes, `routes.ts` judges them, `hostile-texts.ts` has what is tried, `twisted-provider.ts` is a
 * provider that means harm, and `tapped-gateway.ts` puts a gateway in front of them.
 */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** One request as it stood on the wire. */
export interface WireRequest {
  readonly method: string;
  /** As it was sent, byte by byte. */
  readonly target: string;
  /** In their order, with lower-case names. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

export interface Wiretap {
  /** Where to connect to instead of the server, with the path of its URL. */
  readonly url: URL;
  readonly requests: readonly WireRequest[];
  /** What was sent and is no HTTP request. */
  readonly noise: readonly string[];
  forget(): void;
  close(): Promise<void>;
}

const HEAD_END = '\r\n\r\n';

/** Passes bytes on to a server, both ways, and reads the requests among them. */
export async function startWiretap(server: URL): Promise<Wiretap> {
  const open = new Set<Socket>();
  const requests: WireRequest[] = [];
  const noise: string[] = [];
  const tap = createServer((near) => {
    const far = connect(Number(server.port), server.hostname);
    const read = reader(requests, noise);
    near.on('data', (bytes: Buffer) => read(bytes.toString('latin1')));
    for (const [from, to] of [[near, far], [far, near]] as const) {
      open.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        open.delete(from);
        to.destroy();
      });
    } // prettier-ignore
  });
  await new Promise<void>((resolve) => tap.listen(0, '127.0.0.1', resolve));
  const { port } = tap.address() as AddressInfo;
  return {
    url: new URL(server.pathname, `http://127.0.0.1:${String(port)}`),
    requests,
    noise,
    forget: () => {
      requests.splice(0);
      noise.splice(0);
    },
    close: () =>
      new Promise((resolve) => {
        tap.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Takes one connection's text, piece by piece. After an upgrade it is no HTTP any more. */
function reader(requests: WireRequest[], noise: string[]): (piece: string) => void {
  let text = '';
  let upgraded = false;
  return (piece) => {
    if (upgraded) return;
    text += piece;
    for (let end = text.indexOf(HEAD_END); end >= 0; end = text.indexOf(HEAD_END)) {
      const [line = '', ...lines] = text.slice(0, end).split('\r\n');
      const [, method, target] = /^([A-Z]+) (\S+) HTTP\/1\.1$/.exec(line) ?? [];
      const headers = lines.map((each) => headerOf(each, noise));
      const length = Number(headers.find(([name]) => name === 'content-length')?.[1] ?? 0);
      const bodyAt = end + HEAD_END.length;
      if (text.length < bodyAt + length) return;
      if (method === undefined || target === undefined) noise.push(line);
      else requests.push({ method, target, headers, body: text.slice(bodyAt, bodyAt + length) });
      text = text.slice(bodyAt + length);
      upgraded = headers.some(([name]) => name === 'upgrade');
    }
  };
}

function headerOf(line: string, noise: string[]): readonly [string, string] {
  const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+): ?([\x20-\x7e\x80-\xff]*)$/.exec(line) ?? [];
  if (name === undefined) noise.push(line);
  return [name?.toLowerCase() ?? '', value ?? ''];
}
