import fc from 'fast-check';
import { asBytes, ENTRY, head, headers, type Header } from '../http-text.ts';
import { bytes, damaged, oddText } from '../noise.ts';
import { surface } from '../surface.ts';

/** Requests on one connection, one behind the other without waiting; a character for each byte. */
interface Input {
  readonly requests: readonly string[];
}

const QUERY = encodeURIComponent('{ __typename }');
const METHODS = ['GET', 'POST', 'OPTIONS', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'CONNECT', 'PROPFIND', 'QUERY', 'PRI', 'get', '', 'X'.repeat(50)]; // prettier-ignore
const TARGETS = [
  '/graphql', `/graphql?query=${QUERY}`, `/graphql?query=${QUERY}&variables=%7B%7D`, '/graphql?variables=x', '/graphql?query=%', '/graphql?query=%ff%fe',
  `/graphql?query=${QUERY}&query=x`, '/graphql?extensions=%7B%22persistedQuery%22%3A1%7D', `/graphql?${'a=b&'.repeat(2_000)}`, '/graphql/', '//graphql', '/graphql#x', '/graphql;x',
  '/GraphQL', '/%67raphql', '/graphql%00', '/./graphql', '/../graphql', '/', '//', '///', '*', '?', '/health', '/health/..', '/ready', '/ready?x', '/metrics', '/callbacks/charity-engine', '/callbacks/',
  '/callbacks/%2e%2e', '/callbacks/__proto__', '/callbacks/bacalhau', 'http://localhost/graphql', 'http://evil.example.org/graphql', 'https://user:pass@localhost/', 'http://[/', 'localhost:80', 'javascript:alert(1)',
  '/favicon.ico', '/.env', '/graphql/stream', `/${'a'.repeat(9_000)}`, '/\u00ff', '/a b', '/__proto__', '/graphiql.js', '/assets/x.js', '/logo.svg',
]; // prettier-ignore
/** Some are none. */
const HOSTS = [
  'a b',
  '',
  '[',
  '[::1',
  '[::1]:1',
  'x:99999',
  'x:y',
  '%',
  '%41',
  'a/b',
  'a?b',
  'a#b',
  'a@b',
  '\\',
  'a,b',
  'a\tb',
  '127.0.0.1:1:1',
  '127.0.0.1:65536',
  'localhost:',
  '0x7f.1',
  '\u00fc',
  'evil.example.org',
  '127.1',
];

const VERSIONS = [
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/0.9',
  'HTTP/2.0',
  'HTTP/1.1 ',
  'http/1.1',
  '',
  'HTTP/11',
  'RTSP/1.0',
];
const BODY = '{"query":"{ __typename }"}';

const line = fc
  .record({
    method: fc.oneof({ weight: 3, arbitrary: fc.constantFrom('GET', 'POST') }, { weight: 2, arbitrary: fc.constantFrom(...METHODS) }), // prettier-ignore
    target: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...TARGETS) }, { weight: 1, arbitrary: damaged(fc.constantFrom(...TARGETS)) }), // prettier-ignore
    version: fc.oneof({ weight: 6, arbitrary: fc.constant('HTTP/1.1') }, { weight: 1, arbitrary: fc.constantFrom(...VERSIONS) }), // prettier-ignore
  })
  .map(({ method, target, version }) => asBytes(`${method} ${target} ${version}`));

const many: fc.Arbitrary<readonly Header[]> = fc
  .tuple(
    fc.constantFrom(60, 150, 1_100, 2_100),
    fc.constantFrom('x-a', 'accept', 'cookie', 'x-api-key', 'authorization'),
  )
  .map(([count, name]) => Array.from({ length: count }, (_, n): Header => [name, `v${String(n)}`]));

const request = fc
  .record({
    line,
    host: fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom('localhost', '127.0.0.1') },
      { weight: 1, arbitrary: fc.constant(null) },
      { weight: 3, arbitrary: fc.constantFrom(...HOSTS) },
    ),
    more: fc.oneof({ weight: 12, arbitrary: headers(4) }, { weight: 1, arbitrary: many }),
    isIn: fc.boolean(),
    hasBody: fc.boolean(),
  })
  .map(({ line, host, more, isIn, hasBody }) => {
    const own: Header[] = [...(host === null ? [] : [['host', host] as const]), ...(isIn ? [ENTRY] : [])];
    const length: Header[] = hasBody ? [['content-type', 'application/json'], ['content-length', String(BODY.length)]] : []; // prettier-ignore
    return head(line, [...own, ...length, ...more]) + (hasBody ? BODY : '');
  });

const upgrade = headers(3).map(
  (more) =>
  head('GET /graphql HTTP/1.1', [['host', 'localhost'], ['connection', 'Upgrade'], ['upgrade', 'websocket'], ['sec-websocket-version', '13'], ['sec-websocket-key', 'dGhlIHNhbXBsZSBub25jZQ=='], ['sec-websocket-protocol', 'graphql-transport-ws'], ...more]), // prettier-ignore
);

/** Request lines, targets, headers and what is pipelined behind them. */
export const heads = surface<Input>({
  name: 'heads',
  inputs: () => {
    const one = fc.oneof(
      { weight: 10, arbitrary: request },
      { weight: 2, arbitrary: damaged(request, fc.oneof(fc.constantFrom('\r', '\n', '\0', ':', ' ', '\t', '\r\n', '\u0080', '\u000b'), oddText).map(asBytes)) }, // prettier-ignore
      { weight: 2, arbitrary: upgrade },
      { weight: 1, arbitrary: bytes(400) },
    );
    return fc.record({ requests: fc.oneof({ weight: 4, arbitrary: fc.tuple(one) }, { weight: 1, arbitrary: fc.array(one, { minLength: 2, maxLength: 6 }) }) }); // prettier-ignore
  },
  send: async (visit, { requests }) => {
    const said = await visit.talk([requests.join('')], {
      halfClose: true,
      enough: (text) =>
        text.startsWith('HTTP/1.1 101') || (/^content-type: text\/event-stream/im.test(text) && text.includes('\r\n\r\n')), // prettier-ignore
      withinMs: 5_000,
    });
    if (said.end === 'SILENCE') visit.problem('no answer, and no end of the connection');
    visit.http(said, false);
  },
});
