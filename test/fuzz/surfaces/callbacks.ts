import fc from 'fast-check';
import { asBytes, chunked, head, header, type Header } from '../http-text.ts';
import { jsonText, perturbed } from '../json-noise.ts';
import { bytes, choices, damaged } from '../noise.ts';
import { surface } from '../surface.ts';

interface Input {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly Header[];
  readonly body: string;
  readonly framing: 'LENGTH' | 'CHUNKED' | 'CUT';
}

const LAUNCH = { capacity: [{ instanceType: 'C.2x4', count: 2 }, { instanceType: 'C.4x4', count: 3 }], duration: 6.5 }; // prettier-ignore

const body = fc.oneof(
  { weight: 6, arbitrary: choices(20).map((numbers) => { let wrong: unknown = LAUNCH; do wrong = perturbed(wrong, numbers); while (numbers.oneIn(2)); return asBytes(JSON.stringify(wrong)); }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 1e9 }).map((duration) => JSON.stringify({ ...LAUNCH, duration })) },
  { weight: 2, arbitrary: choices(60).map((numbers) => asBytes(jsonText(numbers))) },
  { weight: 2, arbitrary: damaged(fc.constant(JSON.stringify(LAUNCH)), bytes(5)) },
  { weight: 1, arbitrary: bytes(300) },
  { weight: 1, arbitrary: fc.constantFrom('', 'x'.repeat(100_000), '['.repeat(50_000)) },
); // prettier-ignore

/** What providers may send of their own accord. */
export const callbacks = surface<Input>({
  name: 'callbacks',
  inputs: () =>
    fc.record({
      method: fc.oneof({ weight: 8, arbitrary: fc.constant('POST') }, { weight: 1, arbitrary: fc.constantFrom('GET', 'PUT', 'HEAD', 'OPTIONS', 'DELETE') }), // prettier-ignore
      path: fc.oneof(
        { weight: 12, arbitrary: fc.constant('/callbacks/charity-engine') },
        { weight: 1, arbitrary: fc.constantFrom('/callbacks/charity-engine/', '/callbacks/charity-engine?x=%BASIC%', '/callbacks/bacalhau', '/callbacks/%63harity-engine', '/callbacks/constructor', '/callbacks//') }, // prettier-ignore
      ),
      headers: fc
        .tuple(
          fc.oneof(
            { weight: 10, arbitrary: fc.constant<Header>(['authorization', 'Basic %BASIC%']) },
            { weight: 2, arbitrary: fc.constantFrom<Header>(['authorization', 'Basic %BASIC%x'], ['authorization', 'Basic'], ['authorization', 'Basic vendor:%PASSWORD%'], ['authorization', 'Bearer %KEY%'], ['x-none', '']) }, // prettier-ignore
          ),
          fc.array(header, { maxLength: 2 }),
        )
        .map(([entry, more]) => [entry, ...more]),
      body,
      framing: fc.oneof({ weight: 6, arbitrary: fc.constant('LENGTH' as const) }, { weight: 1, arbitrary: fc.constantFrom('CHUNKED' as const, 'CUT' as const) }), // prettier-ignore
    }),
  send: async (visit, { method, path, headers, body, framing }) => {
    const length: Header = framing === 'CHUNKED' ? ['transfer-encoding', 'chunked'] : ['content-length', String(body.length + (framing === 'CUT' ? 5 : 0))]; // prettier-ignore
    const start = head(`${method} ${path} HTTP/1.1`, [['host', 'localhost'], ['content-type', 'application/json'], length, ...headers]); // prettier-ignore
    const said = await visit.talk([start + (framing === 'CHUNKED' ? chunked(body, 100) : body)], {
      halfClose: true,
      enough: (text) => /^content-type: text\/event-stream/im.test(text),
      withinMs: 5_000,
    });
    if (said.end === 'SILENCE') visit.problem('no answer, and no end of the connection');
    visit.http(said, false);
  },
});
