import { connect } from 'node:net';

export interface Talk {
  /** Everything that came, a character for each byte. */
  readonly received: string;
  /** How it ended: the other side closed, `enough` was there, or nothing more came in time. */
  readonly end: 'CLOSED' | 'ENOUGH' | 'SILENCE';
}

export interface TalkOptions {
  /** Ends the sending side behind the last byte. */
  readonly halfClose: boolean;
  /** Asked after every piece that comes. */
  readonly enough?: (received: string) => boolean;
  /** The first so many pieces are sent at once; the others when this is so, or after a moment. */
  readonly hold?: { readonly pieces: number; readonly until: (received: string) => boolean };
  /** After this nothing is waited for any more, in milliseconds. */
  readonly withinMs: number;
}

/** What was to be waited for may never come. */
const HELD_MS = 300;

/** Sends pieces of bytes over a new connection, each by itself, and listens. */
export function talk(port: number, pieces: readonly string[], options: TalkOptions): Promise<Talk> {
  const { halfClose, enough, hold, withinMs } = options;
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    let received = '';
    const finish = (end: Talk['end']): void => {
      clearTimeout(timer);
      clearTimeout(held);
      resolve({ received, end });
      socket.destroy();
    };
    const timer = setTimeout(() => finish('SILENCE'), withinMs);
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      received += text;
      if (enough?.(received) === true) finish('ENOUGH');
      else if (held !== undefined && hold?.until(received) === true) release();
    });
    // A connection that was reset has been closed as well.
    socket.on('error', () => {});
    socket.on('end', () => finish('CLOSED'));
    socket.on('close', () => finish('CLOSED'));
    let next = 0;
    let isFree = false;
    let held: NodeJS.Timeout | undefined;
    const release = (): void => {
      clearTimeout(held);
      held = undefined;
      send();
    };
    const send = (): void => {
      if (socket.destroyed) return;
      if (next === hold?.pieces && held === undefined && !isFree) {
        isFree = true;
        if (!hold.until(received)) {
          held = setTimeout(release, HELD_MS);
          return;
        }
      }
      const piece = pieces[next];
      next += 1;
      if (piece !== undefined) socket.write(piece, 'latin1', () => setImmediate(send));
      else if (halfClose) socket.end();
    };
    socket.once('connect', send);
  });
}

export interface HttpAnswer {
  readonly status: number;
  /** Status line and headers. */
  readonly head: string;
  readonly body: string;
  /** Lower-case, without parameters; empty when there is none. */
  readonly type: string;
  /** Every byte that was announced is there. */
  readonly whole: boolean;
}

export function headerOf(head: string, name: string): string | null {
  const prefix = `${name}:`;
  const line = head.split('\r\n').find((each) => each.toLowerCase().startsWith(prefix));
  return line === undefined ? null : line.slice(prefix.length).trim();
}

/** Reads what came over a connection as answers, one behind the other. */
export function answersIn(received: string): HttpAnswer[] {
  return received
    .split(/(?=HTTP\/1\.[01] \d{3} [^\r\n]*\r\n)/)
    .filter((text) => text !== '')
    .map((text) => {
      const end = text.indexOf('\r\n\r\n');
      const head = end === -1 ? text : text.slice(0, end);
      const raw = end === -1 ? '' : text.slice(end + 4);
      const chunked = headerOf(head, 'transfer-encoding') === 'chunked';
      const { body, whole } = chunked ? dechunked(raw) : measured(raw, headerOf(head, 'content-length'));
      return {
        status: Number(/^HTTP\/1\.[01] (\d{3}) /.exec(head)?.[1] ?? 0),
        head,
        body: Buffer.from(body, 'latin1').toString('utf8'),
        type: (headerOf(head, 'content-type') ?? '').split(';')[0]!.trim().toLowerCase(),
        whole: whole && end !== -1,
      };
    });
}

function measured(raw: string, length: string | null): { body: string; whole: boolean } {
  if (length === null) return { body: raw, whole: true };
  return { body: raw.slice(0, Number(length)), whole: raw.length >= Number(length) };
}

function dechunked(raw: string): { body: string; whole: boolean } {
  let body = '';
  for (let at = 0; ;) {
    const end = raw.indexOf('\r\n', at);
    const size = end === -1 ? Number.NaN : Number.parseInt(raw.slice(at, end), 16);
    if (Number.isNaN(size)) return { body, whole: false };
    if (size === 0) return { body, whole: true };
    body += raw.slice(end + 2, end + 2 + size);
    at = end + 2 + size + 2;
  }
}
