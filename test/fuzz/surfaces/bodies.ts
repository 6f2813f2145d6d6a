import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { asBytes, chunked, ENTRY, head, header, type Header } from '../http-text.ts';
import { jsonText } from '../json-noise.ts';
import { bytes, choices, damaged } from '../noise.ts';
import { surface } from '../surface.ts';

const FRAMINGS = ['LENGTH', 'CHUNKED', 'BROKEN_CHUNKS', 'TOO_LONG', 'TOO_SHORT', 'BOTH', 'NEITHER'] as const;

interface Input {
  readonly headers: readonly Header[];
  /** A character for each byte. */
  readonly body: string;
  readonly framing: (typeof FRAMINGS)[number];
}

const RIGHT = [
  '{"query":"{ __typename }"}',
  '{"query":"query Q($n: Int) { jobs(first: $n) { nodes { id } } }","variables":{"n":1},"operationName":"Q","extensions":{}}',
  '{"query":"{ jobs(first: 1) { nodes { name } } }"}',
  '{"query":"subscription { jobEvents { __typename } }"}',
  '[{"query":"{ __typename }"},{"query":"{ __typename }"}]',
  '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"}}}',
  'query=%7B__typename%7D',
  '{ __typename }',
  '--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n{"query":"{ __typename }"}\r\n--x--\r\n',
];

const gzipped = (text: string): string => gzipSync(text).toString('latin1');

const body = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...RIGHT) },
  { weight: 5, arbitrary: damaged(fc.constantFrom(...RIGHT), fc.oneof(fc.constantFrom('\u00ff', '\u00c0\u0080', '\u00ed\u00a0\u0080', '\u0000', '\u00ef\u00bb\u00bf', '"', '\\', '\\u', '\\ud800', '{', '}', ','), bytes(4))) }, // prettier-ignore
  { weight: 3, arbitrary: choices(60).map((numbers) => asBytes(jsonText(numbers))) },
  { weight: 2, arbitrary: choices(40).map((numbers) => asBytes(`{"query":"{ __typename }",${JSON.stringify(numbers.pick(['query', 'variables', 'operationName', 'extensions', '__proto__', 'id', 'doc_id', 'documentId']))}:${jsonText(numbers)}}`)) }, // prettier-ignore
  { weight: 2, arbitrary: fc.constantFrom(...RIGHT).map((text) => `\u00ef\u00bb\u00bf${text}`) },
  { weight: 2, arbitrary: bytes(300) },
  { weight: 1, arbitrary: fc.constantFrom(gzipped('{"query":"{ __typename }"}'), gzipped('0'.repeat(3_000_000))) },
  { weight: 1, arbitrary: fc.constantFrom(...RIGHT).map((text) => Buffer.from(text, 'utf16le').toString('latin1')) },
); // prettier-ignore

function framed({ headers, body, framing }: Input): string {
  const types = headers.some(([name]) => name === 'content-type') ? [] : [['content-type', 'application/json']] as const; // prettier-ignore
  const length = (n: number): Header => ['content-length', String(n)];
  const CHUNKED: Header = ['transfer-encoding', 'chunked'];
  const all = (...more: readonly Header[]): readonly Header[] => [['host', 'localhost'], ENTRY, ...types, ...more, ...headers]; // prettier-ignore
  const line = 'POST /graphql HTTP/1.1';
  switch (framing) {
    case 'LENGTH':
      return head(line, all(length(body.length))) + body;
    case 'CHUNKED':
      return head(line, all(CHUNKED)) + chunked(body, 7);
    case 'BROKEN_CHUNKS':
      return (
        head(line, all(CHUNKED)) +
        chunked(body, 9).replace(/\r\n/g, (end, at: number) => (at % 5 === 0 ? '\n' : end))
      );
    case 'TOO_LONG':
      return head(line, all(length(body.length + 10))) + body;
    case 'TOO_SHORT':
      return head(line, all(length(Math.max(0, body.length - 3)))) + body;
    case 'BOTH':
      return head(line, all(length(body.length), CHUNKED)) + body;
    case 'NEITHER':
      return head(line, all()) + body;
  }
}

/** Bodies as bytes, and how they are said to be sent. */
export const bodies = surface<Input>({
  name: 'bodies',
  inputs: () =>
    fc.record({
      headers: fc.array(header, { maxLength: 2 }),
      body,
      framing: fc.oneof({ weight: 6, arbitrary: fc.constant('LENGTH' as const) }, { weight: 4, arbitrary: fc.constantFrom(...FRAMINGS) }), // prettier-ignore
    }),
  send: async (visit, input) => {
    const sent = framed(input);
    const half = Math.floor(sent.length * 0.7);
    const pieces = sent.length % 2 === 0 ? [sent] : [sent.slice(0, half), sent.slice(half)];
    const said = await visit.talk(pieces, {
      halfClose: true,
      enough: (text) => /^content-type: text\/event-stream/im.test(text) && text.includes('\r\n\r\n'),
      withinMs: 5_000,
    });
    if (said.end === 'SILENCE') visit.problem('no answer, and no end of the connection');
    // A request that asks to be a WebSocket is not answered as one for GraphQL.
    visit.http(said, !input.headers.some(([name]) => name === 'upgrade'));
  },
});
