import { framesIn, type Heard } from './frames.ts';
import { head, type Header } from './http-text.ts';
import { parseJson } from './judge.ts';
import type { Visit } from './visit.ts';

export const HANDSHAKE: readonly Header[] = [
  ['host', 'localhost'],
  ['connection', 'Upgrade'],
  ['upgrade', 'websocket'],
  ['sec-websocket-version', '13'],
  ['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ=='],
  ['sec-websocket-protocol', 'graphql-transport-ws'],
];

export const handshake = (headers: readonly Header[] = HANDSHAKE): string =>
  head('GET /graphql HTTP/1.1', headers);

/** Codes that say that the gateway itself failed. */
const OUR_FAULT: ReadonlySet<number> = new Set([1011, 4500]);

const CLOSE = 8;

/** What a server said behind its handshake; nothing while there is none. */
export function saidOver(received: string): Heard[] {
  const end = received.indexOf('\r\n\r\n');
  return end === -1 || !received.startsWith('HTTP/1.1 101') ? [] : framesIn(received.slice(end + 4));
}

/** Whether the server has closed a WebSocket. */
export function isClosed(received: string): boolean {
  return saidOver(received).some(({ opcode }) => opcode === CLOSE);
}

/** Sends a handshake, a greeting and pieces over a WebSocket and judges what comes back. `enough` is asked with all frames so far. */
export async function overWebSocket(
  visit: Visit,
  pieces: readonly string[],
  enough: (frames: readonly Heard[]) => boolean,
  halfClose = false,
): Promise<void> {
  const said = await visit.talk(pieces, {
    halfClose,
    // What is sent before the greeting is answered is refused, whatever it is.
    hold: {
      pieces: 2,
      until: (received) => !received.startsWith('HTTP/1.1 101') || /connection_ack/.test(received),
    },
    enough: (received) =>
      received.startsWith('HTTP/1.1 101') ? isClosed(received) || enough(saidOver(received)) : received.includes('\r\n\r\n'), // prettier-ignore
    withinMs: 6_000,
  });
  if (!said.received.startsWith('HTTP/1.1 101')) {
    visit.http(said, false);
    return;
  }
  if (said.end === 'SILENCE') visit.problem('a WebSocket that neither answers nor closes');
  const frames = saidOver(said.received);
  for (const frame of frames) judgeFrame(visit, frame);
  if (!frames.some(({ opcode }) => opcode === CLOSE)) visit.outcomes.push('ws open');
}

function judgeFrame(visit: Visit, { opcode, payload }: Heard): void {
  if (opcode === CLOSE) {
    const code = payload.length < 2 ? 1005 : Buffer.from(payload, 'latin1').readUInt16BE(0);
    visit.outcomes.push(`ws close ${String(code)}`);
    if (OUR_FAULT.has(code)) visit.problem(`a WebSocket closed with ${String(code)} ${payload.slice(2)}`);
    return;
  }
  if (opcode !== 1) return;
  visit.hear(payload, 'a message over a WebSocket');
  const message = parseJson(payload) as { type?: unknown; payload?: unknown } | undefined;
  if (message === undefined) visit.problem('a message over a WebSocket that is no JSON');
  else if (message.type === 'next') visit.result(message.payload);
  else if (message.type === 'error') visit.errors(message.payload);
  else visit.outcomes.push(`ws ${String(message.type)}`);
}
