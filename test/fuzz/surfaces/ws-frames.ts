import fc from 'fast-check';
import { frameBytes, TEXT, type Frame } from '../frames.ts';
import { asBytes, header } from '../http-text.ts';
import { bytes, damaged } from '../noise.ts';
import { surface } from '../surface.ts';
import { handshake, HANDSHAKE, overWebSocket } from '../web-socket.ts';

interface Input {
  readonly handshake: string;
  readonly frames: readonly Frame[];
  /** What stands behind the frames, a character for each byte. */
  readonly rest: string;
}

const INIT = '{"type":"connection_init","payload":{"apiKey":"%KEY%"}}';
const TEXTS = [
  '{"type":"connection_init"}',
  '{"type":"ping"}',
  '{"id":"1","type":"subscribe","payload":{"query":"{ __typename }"}}',
  '{"id":"2","type":"subscribe","payload":{"query":"subscription { jobEvents { __typename } }"}}',
  '{"id":"2","type":"complete"}',
  '',
  'x',
  '\u00ff\u00fe',
  'z'.repeat(300_000),
];

/** Codes that nobody may send, reasons that are no text, one byte alone. */
const CLOSINGS = ['', '\u0003', '\u0003\u00e8', '\u0000\u0000', '\u00ff\u00ff', '\u0003\u00ed', '\u0003\u00e8\u00ff\u00fe', `\u0003\u00e8${'r'.repeat(124)}`, '\u000b\u00b8bye']; // prettier-ignore

const frame: fc.Arbitrary<Frame> = fc
  .record({
    opcode: fc.oneof({ weight: 6, arbitrary: fc.constantFrom(1, 1, 1, 2, 0, 9, 10) }, { weight: 1, arbitrary: fc.nat(15) }),
    payload: fc.oneof(fc.constantFrom(...TEXTS, ...CLOSINGS), bytes(130)),
    fin: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    reserved: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(7) }),
    masked: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    lie: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constantFrom(-1, 1, 100, 2 ** 31, 2 ** 40) }), // prettier-ignore
    width: fc.oneof({ weight: 6, arbitrary: fc.constant(7 as const) }, { weight: 1, arbitrary: fc.constantFrom(16 as const, 64 as const) }), // prettier-ignore
  })
  .map((made) => (made.opcode > 7 && made.payload.length > 125 ? { ...made, payload: made.payload.slice(0, 126) } : made)); // prettier-ignore

const opening = fc.oneof(
  { weight: 12, arbitrary: fc.constant(handshake()) },
  { weight: 3, arbitrary: fc.array(header, { minLength: 1, maxLength: 3 }).map((more) => handshake([...HANDSHAKE, ...more])) }, // prettier-ignore
  { weight: 2, arbitrary: fc.nat(HANDSHAKE.length - 1).map((gone) => handshake(HANDSHAKE.filter((_, at) => at !== gone))) }, // prettier-ignore
  { weight: 2, arbitrary: damaged(fc.constant(handshake())).map(asBytes) },
);

const PING = 9;
const PONG = 10;
const LAST = frameBytes({ ...TEXT, opcode: PING, payload: 'last' });

/** WebSockets as bytes: handshakes, and frames that no client would send. */
export const wsFrames = surface<Input>({
  name: 'ws-frames',
  inputs: () =>
    fc.record({
      handshake: opening,
      frames: fc.array(frame, { maxLength: 6 }),
      rest: fc.oneof({ weight: 8, arbitrary: fc.constant('') }, { weight: 1, arbitrary: bytes(40) }),
    }),
  send: async (visit, { handshake, frames, rest }) => {
    const first = frameBytes({ ...TEXT, payload: visit.door.fill(INIT) });
    const sent = [...frames.map(frameBytes), rest, LAST].join('');
    // A frame that announces more than there is ends only with the connection.
    await overWebSocket(visit, [handshake, first, sent], (heard) => heard.some(({ opcode, payload }) => opcode === PONG && payload === 'last'), true); // prettier-ignore
  },
});
