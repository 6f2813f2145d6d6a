import fc from 'fast-check';
import { ODD_TEXTS, oddText } from './noise.ts';

/** Characters above a byte cannot be sent as one: they become several. */
export function asBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** What stands between the lines of a head. */
export type Header = readonly [name: string, value: string];

export function head(line: string, headers: readonly Header[]): string {
  return `${[line, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\r\n')}\r\n\r\n`;
}

/** A body in pieces, as `Transfer-Encoding: chunked` has it. */
export function chunked(body: string, size: number): string {
  let text = '';
  for (let at = 0; at < body.length; at += size) {
    const piece = body.slice(at, at + size);
    text += `${piece.length.toString(16)}\r\n${piece}\r\n`;
  }
  return `${text}0\r\n\r\n`;
}

const LONG = 'v'.repeat(20_000);

/** Names and values of headers that a gateway looks at, and of some that it should not. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  accept: ['*/*', 'application/json', 'application/graphql-response+json', 'text/html', 'text/event-stream', 'text/event-stream;q=0', 'multipart/mixed', ',,,', 'application/json;q=2, */*;q=-1'],
  'accept-encoding': ['gzip', 'br, *;q=0', 'identity;q=0'],
  authorization: ['Bearer %KEY%', 'Bearer %JWT%', 'Bearer', 'Bearer  ', 'Basic %BASIC%', 'bearer x y', 'Digest a="b"', 'Bearer gw_fuzz_wrong', `Bearer gw_fuzz_${'A'.repeat(43)}`, 'Bearer eyJhbGciOiJub25lIn0.e30.', 'Bearer eyJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJ4In0.AAAA', 'Bearer %JWT%x', 'Bearer %JWT%.%JWT%'],
  'x-api-key': ['%KEY%', '%KEY%%KEY%', 'gw_', '', '%JWT%', `gw_fuzz_${'_'.repeat(43)}`],
  'x-qarnot-token': ['%BROUGHT%', 'wrong', '', ' ', 'a\tb', '%BROUGHT%, %BROUGHT%'],
  cookie: ['session=%KEY%', 'a=b; a=c', ';;;'],
  host: ['localhost', 'evil.example.org', '127.0.0.1:1', '[::1]:80', 'localhost.evil.example', '', 'a b', '127.0.0.1@evil', 'LOCALHOST:99999', 'xn--nxasmq6b', '0', '2130706433', 'localhost:', 'localhost, evil'],
  origin: ['null', 'https://evil.example.org', 'https://console.example.org', 'http://localhost', 'file://', 'https://console.example.org.evil', ''],
  referer: ['https://evil.example.org/', 'x'],
  'sec-fetch-site': ['cross-site', 'same-origin', 'none', 'same-site', 'x'],
  'sec-fetch-mode': ['navigate', 'cors', 'no-cors', 'websocket'],
  'content-type': ['application/json', 'application/json; charset=utf-16', 'application/json; charset=nope', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/graphql', 'application/graphql+json', '', ';', 'application/json; charset="', 'APPLICATION/JSON;;;'],
  'content-encoding': ['gzip', 'br', 'deflate', 'identity', 'gzip, gzip', 'nope', ''],
  'content-length': ['-1', '0', '99999999999999999999', '1e3', '5, 6', 'abc', '+4'],
  'transfer-encoding': ['chunked', 'gzip', 'chunked, chunked', 'identity', 'xchunked', ' chunked'],
  connection: ['close', 'keep-alive', 'upgrade', 'x-api-key', 'keep-alive, upgrade'],
  upgrade: ['websocket', 'h2c', 'WebSocket', 'x'],
  'http2-settings': ['AAMAAABkAAQAAP__'],
  'sec-websocket-key': ['dGhlIHNhbXBsZSBub25jZQ==', 'x', ''],
  'sec-websocket-version': ['13', '8', 'x', ''],
  'sec-websocket-protocol': ['graphql-transport-ws', 'graphql-ws', ',,', 'graphql-transport-ws, graphql-transport-ws'],
  'sec-websocket-extensions': ['permessage-deflate; client_max_window_bits=99', ';;', 'permessage-deflate; server_max_window_bits'],
  expect: ['100-continue', 'x', '200-ok'],
  'last-event-id': ['x', LONG, '1'],
  'x-request-id': ['a', 'x'.repeat(200), 'a\tb', '../..', '%00'],
  traceparent: ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', 'x', '00-zz'],
  tracestate: ['a=b', LONG],
  'x-forwarded-for': ['127.0.0.1', '::1, 10.0.0.1', 'x', '1'.repeat(500)],
  'x-forwarded-host': ['localhost', 'evil.example.org'],
  'x-forwarded-proto': ['https', 'javascript'],
  forwarded: ['for=127.0.0.1;host=localhost', ';;;'],
  'x-http-method-override': ['DELETE'],
  'x-gridweave-upstream': ['1'],
  'x-gridweave-cost': ['1'],
  'access-control-request-method': ['POST', 'x'],
  'access-control-request-headers': ['authorization', LONG],
  'access-control-request-private-network': ['true'],
  range: ['bytes=0-1', 'bytes=-'],
  'if-none-match': ['*'],
  te: ['trailers'],
  trailer: ['x-a'],
  __proto__: ['x'],
  constructor: ['x'],
}; // prettier-ignore

const oddLine = oddText.map((text) => asBytes(text).slice(0, 500));

const known = fc
  .constantFrom(...Object.keys(VALUES))
  .chain((name) => fc.constantFrom(...(VALUES[name] ?? [''])).map((value): Header => [name, value]));

/** One line of a head, in order or not. */
export const header: fc.Arbitrary<Header> = fc.oneof(
  { weight: 24, arbitrary: known },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...Object.keys(VALUES)), oddLine) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...ODD_TEXTS.map(asBytes), 'x-a', 'X A', 'x:', ' x'), oddLine),
  },
);

export const headers = (most: number): fc.Arbitrary<readonly Header[]> =>
  fc.array(header, { maxLength: most });

/** Headers of somebody who may come in. */
export const ENTRY: Header = ['x-api-key', '%KEY%'];
