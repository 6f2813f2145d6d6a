import fc from 'fast-check';
import { asBytes, ENTRY, head, header, type Header } from '../http-text.ts';
import { parseJson } from '../judge.ts';
import { damaged, oddText } from '../noise.ts';
import { surface } from '../surface.ts';

interface Input {
  readonly method: 'GET' | 'POST';
  readonly query: string;
  readonly variables: string;
  readonly headers: readonly Header[];
}

const QUERIES = [
  ...['jobEvents', 'taskEvents', 'executionEvents', 'computeNodeEvents'].flatMap((field) => [
    `subscription ($a: String) { ${field}(after: $a) { __typename ... on LiveMessage { cursor } } }`,
    `subscription ($a: String) { ${field}(after: $a, start: NOW, onGap: null) { __typename } }`,
  ]),
  'subscription ($a: String) { actEvents(bulkId: $a) { __typename } }',
  'subscription { jobEvents { __typename } }',
  'subscription { a: jobEvents { __typename } b: jobEvents { __typename } }',
  'subscription { __typename }',
  'subscription { jobEvents @skip(if: true) { __typename } }',
  'subscription ($a: String) { ...F } fragment F on Subscription { jobEvents(after: $a) { __typename } }',
  'query ($a: String) { jobs(after: $a, first: 1) { nodes { id } } }',
  'subscription {',
];

/** Event streams, and what a browser says when it comes back to one. */
export const sse = surface<Input>({
  name: 'sse',
  inputs: ({ known }) => {
    const real = fc.constantFrom(...known.liveCursors, ...Object.values(known.cursors).flat(), ...known.logCursors, 'x'); // prettier-ignore
    const cursor = fc.oneof(real, damaged(real), oddText);
    const logs = fc.constantFrom(...(known.ids['execution'] ?? [])).map((execution) => `subscription ($a: String) { logs(execution: ${JSON.stringify(execution)}, after: $a) { __typename } }`); // prettier-ignore
    const lastId = cursor.map((value): Header => ['last-event-id', asBytes(value).replace(/[\r\n\0]/g, ' ')]);
    return fc.record({
      method: fc.constantFrom('GET' as const, 'POST' as const),
      query: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...QUERIES) }, { weight: 1, arbitrary: logs }),
      variables: fc.oneof(
        cursor.map((a) => JSON.stringify({ a })),
        fc.constantFrom('', '{}', 'null', '[]', '{"a":1}', '{'),
      ),
      headers: fc.array(fc.oneof({ weight: 3, arbitrary: lastId }, { weight: 1, arbitrary: header }), {
        maxLength: 3,
      }),
    });
  },
  send: async (visit, { method, query, variables, headers }) => {
    const body = `{"query":${JSON.stringify(query)}${variables === '' ? '' : `,"variables":${variables}`}}`;
    const bytes = asBytes(body);
    const target = `/graphql?query=${encodeURIComponent(query)}&variables=${encodeURIComponent(variables.toWellFormed())}`;
    const own: Header[] = [
      ['host', 'localhost'],
      ENTRY,
      ['accept', 'text/event-stream'],
      ['connection', 'close'],
    ];
    const start = method === 'GET' ? head(`GET ${target} HTTP/1.1`, [...own, ...headers]) : head('POST /graphql HTTP/1.1', [...own, ['content-type', 'application/json'], ['content-length', String(bytes.length)], ...headers]) + bytes; // prettier-ignore
    const said = await visit.talk([start], {
      halfClose: false,
      // What comes at once is enough: a stream has no end.
      enough: (text) => /SnapshotEnd|Bookmark|event: (?:complete|next)|\nretry: \d+/.test(text),
      withinMs: 8_000,
    });
    if (said.end === 'SILENCE') visit.problem('no answer, and no end of the connection');
    visit.http(said, !/text\/html|\/event-stream/.test(said.received));
    for (const [, data] of said.received.matchAll(/^data: (\{.*\})$/gm))
      visit.result(parseJson(utf8(data ?? '')));
  },
});

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
